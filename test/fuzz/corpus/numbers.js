export const f = (n = 12) => {
  const memo = new Map([[0n, 0n], [1n, 1n]]);
  const fibonacci = (k) => memo.get(k) ?? (memo.set(k, fibonacci(k - 1n) + fibonacci(k - 2n)), memo.get(k));
  const bytes = new Uint8Array(new Float64Array([Number(n), Math.PI, NaN]).buffer);
  return [Number(fibonacci(BigInt(n | 0) & 63n)), bytes.reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7)];
};
