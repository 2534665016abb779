import { HANGS, hangSource } from './hang-source.ts';

/** What ends a run by force: endless loops, and one that eats memory. */
export const KILLERS = [...HANGS, 'memory'] as const;

/** How long the work takes on a core of this machine, about. */
const WORK_MS = 5;
const ROUNDS = roundsIn(WORK_MS);

function spin(x: number, rounds: number): number {
  let y = x;
  for (let i = 0; i < rounds; i++) y = (Math.imul(y, 1103515245) + 12345) & 0x7fffffff;
  return y;
}

/** The least of several: what is interrupted takes longer. */
function roundsIn(ms: number): number {
  const rounds = 1_000_000;
  const times = Array.from({ length: 20 }, (_, x) => {
    const started = performance.now();
    spin(x, rounds);
    return performance.now() - started;
  });
  return Math.round((rounds * ms) / Math.min(...times));
}

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
    y = spin(x, ROUNDS);
    results.set(x, y);
  }
  return y;
}
