// expect: LINK_FAILED ; an export that is an import of itself
export { f } from 'main';
