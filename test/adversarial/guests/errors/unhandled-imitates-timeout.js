// expect: THREW ; an unhandled rejection in the words of isolated-vm
export const f = () => { Promise.reject(new Error('Script execution timed out.')); return 1; };
