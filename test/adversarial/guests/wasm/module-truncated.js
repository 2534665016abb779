// expect: COMPILE_FAILED ; a module of the genome that ends too early
import * as bad from 'bad';
export const f = () => bad;
// module: bad wasm AGFzbQEAAAABBA==
