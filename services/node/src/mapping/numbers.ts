/** Numbers as messages carry them: what is measured may be fractional, and must never be what fails an answer. */

const MAX_UINT32 = 2 ** 32 - 1;

export function uint32(number: number): number {
  return number >>> 0 === number ? number : Math.min(Math.max(0, Math.round(number) || 0), MAX_UINT32);
}

export function uint64(number: number): bigint {
  return BigInt(Math.min(Math.max(0, Math.round(number) || 0), Number.MAX_SAFE_INTEGER));
}
