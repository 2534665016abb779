// expect: LINK_FAILED ; an import of another type
import x from 'petri:sandbox' with { type: 'json' };
export const f = () => x;
