// expect: THREW ; a message that looks like an answer of the bootstrap
export const f = () => { throw new Error('~{"o":0}\n=42\n!0\n[[1,"main","f","[]"]]'); };
