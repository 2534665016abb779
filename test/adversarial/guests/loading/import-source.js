// expect: COMPILE_FAILED|LINK_FAILED ; an import in the source phase
import source x from 'main';
export const f = () => x;
