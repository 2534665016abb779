// expect: LINK_FAILED ; isolated-vm itself
import ivm from 'isolated-vm';
export const f = () => ivm;
