// expect: THREW ; a name and a message of a megabyte
export const f = () => { throw Object.assign(new Error('m'.repeat(1e6)), { name: 'n'.repeat(1e6) }); };
