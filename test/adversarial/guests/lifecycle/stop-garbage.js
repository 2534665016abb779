// expect: DESTROYED ; a stop that answers garbage
// with: via=destroy
export const stop = () => Symbol('garbage');
