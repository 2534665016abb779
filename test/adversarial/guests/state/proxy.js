// expect: THREW ; a state that is a proxy with every trap
import { setState } from 'petri:sandbox';
export const f = () => { setState(new Proxy({}, { ownKeys: () => ['a', 'a'], get: () => 1, getOwnPropertyDescriptor: () => ({ value: 1, enumerable: true, configurable: true }) })); return 1; };
