// expect: INVALID_RESULT ; a bigint beyond 2**53
export const f = () => 2n ** 53n;
