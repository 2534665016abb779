// expect: THREW "disposed" ; the words of isolated-vm for a lost isolate
export const f = () => { throw new Error('Isolate was disposed during execution due to memory limit'); };
