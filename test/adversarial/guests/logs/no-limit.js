// expect: COMPLETED ; with no room for logs at all
// with: log=0
export const f = () => { console.log('x'); return 1; };
// value: 1
