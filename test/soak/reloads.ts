import { PetriError } from '@petri/client';
import type { Bench, Part } from './part.ts';

const RELOADED = 10;
const ENDLESS_MS = 100;
const source = (version: number): string => `
  import { state } from 'petri:sandbox';
  export const f = () => [${version}, (state.n = (state.n ?? 0) + 1)];
`;

/** Sandboxes whose code changes under them; now and then for code that never loads, which must change nothing. */
export function reloads({ sandboxes, tally, killers }: Bench): Part {
  const ids = Array.from({ length: RELOADED }, (_, index) => `reloaded-${index}`);
  const counts = new Map(ids.map((id) => [id, 0]));
  const versions = new Map(ids.map((id) => [id, 0]));
  let [version, turn] = [0, 0];

  const spoil = async (id: string) => {
    const options = { loadTimeoutMs: ENDLESS_MS };
    const code = await sandboxes.reload(id, 'for (;;);', options).then(
      () => 'RELOADED',
      (thrown: unknown) => PetriError.from(thrown).reason,
    );
    tally.killed(code, code === 'LOAD_TIMEOUT', () => `${id}, reloaded with an endless loop: ${code}`);
  };

  return {
    name: 'reloads',
    async prepare() {
      for (const id of ids) await sandboxes.create({ id, genome: source(0) });
    },
    async round() {
      const id = ids[turn++ % RELOADED] as string;
      const { result } = await sandboxes.reload(id, source(++version));
      versions.set(id, version);
      tally.answered(result === 'RELOADED', () => `${id}: ${result}`);
      if (killers.among(2).length > 0) await spoil(id);
      const count = (counts.get(id) ?? 0) + 1;
      counts.set(id, count);
      const value = JSON.stringify(await sandboxes.call(id, 'f'));
      const wanted = JSON.stringify([versions.get(id), count]);
      tally.answered(value === wanted, () => `${id} after a reload, not ${wanted}: ${value}`);
    },
  };
}
