// expect: INVALID_RESULT ; a bigint of a million bits
export const f = () => 1n << 1000000n;
