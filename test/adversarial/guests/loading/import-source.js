// expect: LOAD_CRASHED ; an import in the source phase: V8 without a host for it crashes
import source x from 'main';
export const f = () => x;
