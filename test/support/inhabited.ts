/** A population with members of all kinds, and all that can be asked of one. */
import type { Petri } from '@petri/client';

const COUNTER = `
  import { state } from 'petri:sandbox';
  let held;
  export const count = () => (state.n = (state.n ?? 0) + 1);
  export const hold = () => { held = new Array(2_000_000).fill(0.5); };
  export const version = () => 1;
  export const start = () => { if (state.n === 1000) throw new Error('a bad state'); };
  export const spoil = () => { state.n = 1000; };`;
const NEWER = COUNTER.replace('version = () => 1', 'version = () => 2');

const KINDS = ['REALM', 'REALM', 'REALM', 'PROCESS', 'ISOLATE', 'ISOLATE'] as const;

/**
 * Members `<id>-0` to 5 but for 4, which has left, and `<id>-bodiless`; the first four in their second version, with a state
 * of n = 2. 0 and 3 descend from `<id>-adam`, and 0 from a foreign one. The scores of 3, 2 and 0 are equal, recorded in that order.
 */
export async function inhabit({ populations, sandboxes, fitness, lineage, pins }: Petri, id: string) {
  const name = (n: number | string) => `${id}-${n}`;
  const labels = { k: 'v' };
  await populations.create({ id, direction: 'MINIMISE', island: 'north', parent: 'origin', labels });
  await sandboxes.batchCreate(
    KINDS.map((isolation, n) => ({
      id: name(n),
      genome: COUNTER,
      isolation,
      population: id,
      labels: { n: String(n) },
      limits: { maxTasks: 7 + n },
      securityProfile: 'LOW',
    })),
  );
  await lineage.record([
    { id: name('adam'), island: 'south' },
    { id: name('between'), parents: [name('adam')] },
  ]);
  const first = [
    { id: name(0), birth: { parents: [name('between'), name('stranger')], mutationType: 'splice' } },
    { id: name(1), birth: { parents: [] } },
    name(4),
    name('bodiless'),
  ];
  await populations.add(id, first, { allowForeignParents: true });
  const newcomers = [
    { id: name(2), birth: { parents: [name(0), name(1)] } },
    { id: name(3), birth: { parents: [name(0)] } },
    { id: name(5), birth: { parents: [name(1)] } },
  ];
  await populations.advance(id, { survivors: [name(0), name(1), name('bodiless')], newcomers });
  for (const n of [0, 1, 2, 3]) {
    await sandboxes.call(name(n), 'count');
    await sandboxes.reload(name(n), NEWER);
    await sandboxes.call(name(n), 'count');
  }
  for (const n of [3, 2, 0]) {
    const tests = [{ name: 't', passed: true, score: 1 }];
    await fitness.record(id, [{ id: name(n), score: 0.1, components: { part: -0.5 }, tests }]);
  }
  await fitness.record(id, [{ id: name(1), error: { reason: 'TIMEOUT', message: 'slow' } }]);
  await fitness.record(id, [{ id: name('bodiless'), score: 0.4, evaluationUs: 17 }]);
  await fitness.adjust(id, [{ id: name('bodiless'), delta: -0.2, reason: 'anomaly' }]);
  await pins.add([name(0), name('bodiless')], { reason: 'keep' });
}

/** But for what each node counts or times itself. */
export async function seen({ populations, sandboxes, fitness, lineage, pins }: Petri, id: string) {
  const members = await Array.fromAsync(populations.members(id));
  const born = members.map((member) => member.id).filter((each) => each !== `${id}-bodiless`);
  const boxes = await Array.fromAsync(sandboxes.list({ labels: {} }));
  return {
    population: await populations.get(id),
    statistics: await populations.statistics(id),
    members: members.map((member) => ({ ...member, fitness: { ...member.fitness, sequence: 0 } })),
    ranked: (await Array.fromAsync(fitness.rank(id))).map(({ rank, fitness: { id: who } }) => [rank, who]),
    individuals: await Promise.all(born.map((each) => lineage.get(each))),
    ancestors: await Promise.all(born.map((each) => lineage.ancestors(each))),
    common: await lineage.commonAncestor([`${id}-2`, `${id}-3`]),
    pins: (await Array.fromAsync(pins.list())).filter((pin) => pin.id.startsWith(`${id}-`)),
    sandboxes: boxes
      .filter((each) => born.includes(each.id))
      .map((each) => ({ ...each, createdAt: 0, updatedAt: 0, revision: 0, restartCount: 0 })),
    histories: await Promise.all(born.map((each) => sandboxes.versions(each))),
  };
}

/** What a node has, to see that nothing has changed. */
export async function inventory({ populations, sandboxes, lineage, pins }: Petri) {
  return {
    populations: await Array.fromAsync(populations.list()),
    sandboxes: await Array.fromAsync(sandboxes.list()),
    lineage: await lineage.export(),
    pins: await Array.fromAsync(pins.list()),
  };
}
