// expect: EVALUATE_FAILED ; a rejection that a top level leaves
Promise.reject(new Error('left behind'));
export const f = () => 1;
