// expect: THREW "Script execution timed out" ; the words of isolated-vm for a time-out
export const f = () => { throw new Error('Script execution timed out.'); };
