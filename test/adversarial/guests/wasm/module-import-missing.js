// expect: LINK_FAILED ; a binary that imports a module of Node's
import * as odd from 'odd';
export const f = () => Object.keys(odd);
// module: odd wasm AGFzbQEAAAABBAFgAAACCAECZnMBZgAA
