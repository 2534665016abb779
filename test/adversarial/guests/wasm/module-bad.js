// expect: COMPILE_FAILED ; a module of the genome that is no WebAssembly
import * as bad from 'bad';
export const f = () => bad;
// module: bad wasm AGFzbQEAAAD/////
