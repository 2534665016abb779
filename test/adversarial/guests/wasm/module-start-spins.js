// expect: LOAD_TIMEOUT ; a binary whose start function never ends
import * as spins from 'spins';
export const f = () => spins;
// module: spins wasm AGFzbQEAAAABBAFgAAADAgEACAEACgkBBwADQAwACws=
