// expect: COMPLETED ; modules that export everything of each other
export * from 'b';
export * from 'c';
export const f = () => 1;
// module: b
export * from 'c';
export * from 'main';
export const x = 1;
// module: c
export * from 'b';
export * from 'main';
export const y = 1;
