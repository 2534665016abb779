// expect: THREW "InvalidResult" ; the name of the bootstrap's own fault
export const f = () => { throw { name: 'InvalidResult', message: 'a function', path: '$.x', outcome: 8 }; };
