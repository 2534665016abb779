import { availableParallelism } from 'node:os';
import { IsolationLevel } from '@petri/contracts/v1';
import type { Context, Row } from '../support/benchmark.ts';
import { newCandidate } from '../support/candidates.ts';
import { evaluateAll } from '../support/one-shot.ts';
import { none, versus } from '../support/rows.ts';
import { type BenchIsland, startOverNats } from './island.ts';

const NODES = [1, 2, 4];

type Side = { nodes: number; islands: BenchIsland[]; perSecond: number[] };

/**
 * One-shot candidates on one machine, shared by some nodes that have its cores among them: what it costs to be several. All
 * are there at once, and take turns.
 */
export async function scalingRows(server: string, { quick, progress }: Context): Promise<Row[]> {
  const [rounds, candidates] = quick ? [3, 400] : [7, 4_000];
  await using stack = new AsyncDisposableStack();
  const sides: Side[] = [];
  for (const nodes of NODES) {
    progress(`starting ${nodes} nodes`);
    const ids = Array.from({ length: nodes }, (_, n) => `of${nodes}-${n}`);
    const workers = Math.max(1, Math.floor(availableParallelism() / nodes));
    const group = stack.use(await startOverNats(server, ids, { PETRI_WORKERS: String(workers) }));
    sides.push({ nodes, islands: group.islands, perSecond: [] });
  }
  let [wrong, lost] = [0, 0];
  // Round 0 warms all up and is not counted.
  for (let round = 0; round <= rounds; round++) {
    progress(`candidates on ${NODES.join(', ')} nodes, round ${round} of ${rounds}`);
    for (const { nodes, islands, perSecond } of sides) {
      const started = performance.now();
      const figures = await Promise.all(
        islands.map(({ node }) =>
          evaluateAll(node, IsolationLevel.ISOLATE, Array.from({ length: candidates / nodes }, newCandidate)),
        ),
      );
      const seconds = (performance.now() - started) / 1000;
      for (const each of figures) {
        wrong += each.wrong;
        lost += each.lost;
      }
      if (round > 0) perSecond.push(candidates / seconds);
    }
  }
  const [one, ...several] = sides as [Side, ...Side[]];
  const baseline = { what: 'one node', values: one.perSecond };
  const row = ({ nodes, perSecond }: Side, atLeast: number) =>
    versus(`EvaluateSources on ${nodes} nodes over NATS`, perSecond, '/s', baseline, { atLeast });
  return [
    ...several.map((side) => row(side, 0.8)),
    none('wrong scores', wrong),
    none('lost candidates', lost),
  ];
}
