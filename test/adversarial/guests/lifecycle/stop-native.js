// expect: DESTROYED ; a stop that no interrupt reaches
// with: via=destroy
export const stop = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);
