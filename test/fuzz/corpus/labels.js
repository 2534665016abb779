export function f(x) {
  let sum = 0;
  outer: for (let i = 0; i < 10; i++) {
    for (const j of [1, 2, 3]) {
      if (j === x) continue outer;
      if (i * j > 12) break outer;
      switch (i % 3) { case 0: sum += j; case 1: sum -= i; break; default: sum ^= j; }
    }
  }
  do sum--; while (sum > 100);
  return sum;
}
