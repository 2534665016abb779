// expect: DESTROYED ; a stop that never settles
// with: via=destroy
export const stop = () => new Promise(() => {});
