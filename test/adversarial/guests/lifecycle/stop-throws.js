// expect: DESTROYED ; a stop that throws
// with: via=destroy
export const stop = () => { throw new Error('from stop'); };
