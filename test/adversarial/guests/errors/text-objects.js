// expect: THREW ; a name and a message that are text objects with hostile conversions
export const f = () => { throw { name: { toString() { for (;;); } }, message: Object.assign(Object('text'), { valueOf() { for (;;); } }) }; };
