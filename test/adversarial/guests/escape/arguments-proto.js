// expect: COMPLETED ; an own key __proto__ in an argument is data, and pollutes nothing
// value: [false, true, "undefined"]
export const f = (object) => [object instanceof Array || object.admin === true, Object.hasOwn(object, '__proto__'), typeof {}.admin];
// args: [{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}]
