// expect: COMPLETED ; a binary whose export is named __proto__
import * as odd from 'odd';
export const f = () => Object.keys(odd);
// value: ["__proto__"]
// module: odd wasm AGFzbQEAAAABBAFgAAADAgEABw0BCV9fcHJvdG9fXwAACgQBAgAL
