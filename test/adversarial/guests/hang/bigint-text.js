// expect: TIMEOUT|COMPLETED ; the decimal text of a bigint of ten million bits
export const f = () => (1n << 29n ** 5n >> 1n).toString().length;
