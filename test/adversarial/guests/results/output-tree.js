// expect: OUTPUT_LIMIT ; a small graph that is 2**29 nodes as a tree
// with: timeout=5000
export const f = () => { let v = 1; for (let i = 0; i < 29; i++) v = [v, v]; return v; };
