// expect: CPU_LIMIT ; burning CPU past its budget, and throwing to be called something else
// with: timeout=9000 cpu=1
export const f = () => {
  let sum = 0;
  for (let n = 0; n < 3_000_000; n++) sum += Math.sqrt(n);
  throw new Error(String(sum));
};
