// expect: COMPLETED ; what import.meta tells
// value: []
export const f = () => Reflect.ownKeys(import.meta).map(String);
