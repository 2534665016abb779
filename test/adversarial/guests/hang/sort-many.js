// expect: TIMEOUT|MEMORY_LIMIT ; sorting five million numbers, with a comparator
// with: memory=134217728
export const f = () => Float64Array.from({ length: 5e6 }, Math.random).sort((a, b) => a - b).length;
