import { HANGS, hangSource } from './hang-source.ts';

/** What ends a run by force: endless loops, and one that eats memory. */
export const KILLERS = [...HANGS, 'memory'] as const;

/** How often the worker's work goes round: about 5 ms of one core of this class. */
const ROUNDS = 2_500_000;

/** Beside the killers, a function of about 5 ms that answers what `workResult` says. */
export const workSource = (n: number): string => `${hangSource(n)}
  export const memory = () => { const kept = []; for (;;) kept.push(new Array(10000).fill(kept.length)); };
  export const work = (x) => {
    let y = x;
    for (let i = 0; i < ${ROUNDS}; i++) y = (Math.imul(y, 1103515245) + 12345) & 0x7fffffff;
    return y;
  };
`;

const results = new Map<number, number>();

export function workResult(x: number): number {
  let y = results.get(x);
  if (y === undefined) {
    y = x;
    for (let i = 0; i < ROUNDS; i++) y = (Math.imul(y, 1103515245) + 12345) & 0x7fffffff;
    results.set(x, y);
  }
  return y;
}
