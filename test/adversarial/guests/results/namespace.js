// expect: INVALID_RESULT ; its own namespace
import * as self from 'main';
export const f = () => self;
