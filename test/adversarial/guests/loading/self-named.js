// expect: COMPLETED|EVALUATE_FAILED|LINK_FAILED|COMPILE_FAILED ; an export that is an import of itself
export { f } from 'main';
