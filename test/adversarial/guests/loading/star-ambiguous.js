// expect: LINK_FAILED ; a name that comes from two modules
export { x as f } from 'b';
// module: b
export * from 'c';
export * from 'd';
// module: c
export const x = () => 1;
// module: d
export const x = () => 2;
