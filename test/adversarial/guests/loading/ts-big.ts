// expect: LOAD_TIMEOUT|LOAD_MEMORY_LIMIT ; a megabyte of types
// with: timeout=5000
⟦type A = { a: number; b: string | (() => void) }; ×20000⟧
export const f = (): number => 1;
