// expect: EVALUATE_FAILED ; a top-level await that rejects
export const f = () => 1;
await Promise.reject(new Error('awaited'));
