// expect: COMPLETED ; the receiver of a call, and the number of its arguments
// value: ["undefined", 2]
export const f = function () { return [typeof this, arguments.length]; };
// args: [1,2]
