// expect: COMPLETED ; whose objects the arguments are
// value: [true, true, true, true]
export const f = function (object, list) { return [Object.getPrototypeOf(object) === Object.prototype, Object.getPrototypeOf(list) === Array.prototype, Object.getPrototypeOf(arguments) === Object.prototype, object.constructor.constructor === Function]; };
// args: [{"a":1},[1,2]]
