// expect: COMPILE_FAILED|LINK_FAILED|EVALUATE_FAILED|COMPLETED ; an import of another type
import x from 'petri:sandbox' with { type: 'json' };
export const f = () => x;
