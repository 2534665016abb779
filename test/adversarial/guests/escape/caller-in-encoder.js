// expect: COMPLETED ; the caller of a getter that the encoder reads
// value: {"a":"null"}
export const f = () => Object.defineProperty({}, 'a', { enumerable: true, get: new Function('return String(arguments.callee.caller)') });
