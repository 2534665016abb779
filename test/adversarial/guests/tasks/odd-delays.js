// expect: COMPLETED ; delays that are no numbers
// value: "done"
export const f = async () => { for (const delay of [NaN, -1, -Infinity, '1', null, undefined, [], {}, true]) await new Promise((resolve) => setTimeout(resolve, delay)); return 'done'; };
