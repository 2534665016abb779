/** Kinds of endless loops, each an export. `bigint` answers no interrupt while it multiplies. */
export const HANGS = ['spin', 'unrolled', 'bigint', 'regex', 'microtasks'] as const;

/** A well-behaved function beside them: the small one. */
export const hangSource = (n: number): string => `
  export const f = (x) => x * x + ${n};
  export const spin = () => { for (;;); };
  export const unrolled = () => { let x; for (;;) x = Array(1000); };
  export const bigint = () => { let x = 3n ** 100000n; for (;;) x = (x * x) >> 100000n; };
  export const regex = () => /^(a+)+$/.test('a'.repeat(50) + 'b');
  export const microtasks = () => new Promise(() => { const again = () => Promise.resolve().then(again); again(); });
`;
