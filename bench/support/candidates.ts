import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';

export const CASES = [1, 2, 3];
export const expectedOf = (x: number): number => x * x;

let made = 0;

/** A source that was never seen before, and how many of the cases it gets right: 0 to 3, by turns. */
export type Candidate = { source: string; right: number };

export function newCandidate(): Candidate {
  const serial = ++made;
  const right = serial % (CASES.length + 1);
  return { source: `export const f = (x) => (x <= ${right} ? x * x : -${serial});`, right };
}

export type ProcessFigures = { perSecond: number; wrong: number };

/** A fresh Node process for each candidate, one for each core at once; each prints its answers as JSON. */
export async function inFreshProcesses(candidates: readonly Candidate[]): Promise<ProcessFigures> {
  const directory = await mkdtemp(join(tmpdir(), 'petri-bench-'));
  let next = 0;
  let wrong = 0;
  const lane = async () => {
    for (let i = next++; i < candidates.length; i = next++) {
      const { source, right } = candidates[i]!;
      const file = join(directory, `${i}.mjs`);
      await writeFile(file, `${source}\nconsole.log(JSON.stringify([${CASES.join()}].map(f)));\n`);
      const answers = JSON.parse(await outputOf(file)) as number[];
      if (CASES.filter((x, at) => answers[at] === expectedOf(x)).length !== right) wrong++;
    }
  };
  try {
    const started = performance.now();
    await Promise.all(Array.from({ length: availableParallelism() }, lane));
    return { perSecond: (candidates.length / (performance.now() - started)) * 1000, wrong };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function outputOf(file: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [file], (error, stdout) => (error ? reject(error) : resolve(stdout)));
  });
}
