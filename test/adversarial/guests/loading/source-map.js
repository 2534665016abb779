// expect: COMPLETED ; comments that name files of the machine
// value: true
export const f = () => !/root:/.test(new Error('x').stack);
//# sourceMappingURL=file:///etc/passwd
//# sourceURL=file:///etc/passwd
