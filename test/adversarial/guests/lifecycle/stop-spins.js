// expect: DESTROYED ; a stop that never ends
// with: via=destroy
export const stop = () => { for (;;); };
