import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import {
  ClaimedFitnessSchema,
  GenomeSchema,
  type Migrant,
  MigrantSchema,
  type Ancestor,
} from '@petri/contracts/v1';
import { openRegistry, type Registry } from '@petri/population';
import { type SandboxRuntime, startSandboxRuntime } from '@petri/sandbox';
import { Evaluators } from './evaluators.ts';
import { NodeIslands } from './node-islands.ts';

const runtime = await startSandboxRuntime({ workers: 1, spares: 0 });
after(() => runtime.close());

const FITNESS = create(ClaimedFitnessSchema, { score: 0.5, evaluatorSha256: 'e' });
let populations = 0;

/** A population of these, on the island "here" of the node "node". */
async function inhabited(...members: string[]) {
  const sandboxes = {
    tenantOf: (id: string) => runtime.find(id)?.tenant,
    genomeOf: () => undefined,
  };
  const registry = await openRegistry({ sandboxes });
  const population = `p${populations++}`;
  const ids = members.map((name) => `${population}-${name}`);
  await registry.populations.create({ id: population });
  for (const id of ids) await runtime.create({ id, tenant: '', genome: genomeOf(1), population });
  await registry.populations.addMembers(
    population,
    ids.map((id) => ({ id })),
  );
  return { registry, population, ids };
}

const genomeOf = (value: number) => ({
  entry: 'main',
  modules: [
    { name: 'main', code: { language: 'javascript' as const, source: `export const f = () => ${value};` } },
  ],
});

/** The same, but for some of its methods. */
function changed<T extends object>(target: T, over: Partial<T>): T {
  return new Proxy(target, {
    get: (_, name) => {
      const value: unknown = Reflect.get(name in over ? over : target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

const evaluators = await Evaluators.open({ store: undefined, onError: () => assert.fail() });

function islandsOf(registry: Registry, over: Partial<SandboxRuntime> = {}): NodeIslands {
  return new NodeIslands({
    runtime: changed(runtime, over),
    registry,
    evaluators,
    node: 'node',
    islands: ['here'],
  });
}

function arrival(id: string, givesWay: string | undefined, ancestry: Ancestor[] = []) {
  const genome = create(GenomeSchema, {
    entry: 'main',
    modules: [{ name: 'main', code: { case: 'javascript', value: 'export const f = () => 7;' } }],
  });
  const from = { from: 'there', node: 'far', individual: 'x', origin: 'there', hops: 1 };
  const migrant: Migrant = create(MigrantSchema, { ...from, genome, genomeSha256: 'h', ancestry });
  return { id, migrant, fitness: FITNESS, givesWay };
}

const membersOf = ({ populations: all }: Registry, population: string) =>
  all.listMembers(population, { pageSize: 10 }).members.map(({ id, fitness }) => [id, fitness?.score]);

suite('admission', () => {
  test('that a crash ends after the sandbox is there is made good by the next attempt', async () => {
    const { registry, population, ids } = await inhabited('a', 'b');
    const crash = () => Promise.reject(new Error('crash'));
    const crashing = { ...registry, immigrants: changed(registry.immigrants, { admit: crash }) };
    const arriving = arrival(`${population}-new`, ids[0]);
    await assert.rejects(islandsOf(crashing).admit('here', population, arriving), /crash/);
    assert.deepEqual(membersOf(registry, population), [
      [ids[0], undefined],
      [ids[1], undefined],
    ]);
    await islandsOf(registry).admit('here', population, arriving);
    const expected = [
      [ids[1], undefined],
      [arriving.id, 0.5],
    ];
    assert.deepEqual(membersOf(registry, population), expected);
    assert.equal(runtime.find(ids[0]!), undefined, 'who gave way is gone');
    assert.equal(runtime.get(arriving.id).population, population);
    await islandsOf(registry).admit('here', population, arriving);
    assert.deepEqual(membersOf(registry, population), expected, 'and nobody else gives way');
  });

  test('that a crash ends before the sandbox is there, or before the other is gone, too', async () => {
    const { registry, population, ids } = await inhabited('a', 'b');
    const crash = () => Promise.reject(new Error('crash'));
    const arriving = arrival(`${population}-new`, ids[0]);
    const [early, late] = [{ create: crash }, { destroy: crash }];
    await assert.rejects(islandsOf(registry, early).admit('here', population, arriving), /crash/);
    assert.equal(membersOf(registry, population).length, 2);
    await assert.rejects(islandsOf(registry, late).admit('here', population, arriving), /crash/);
    await islandsOf(registry).admit('here', population, { ...arriving, givesWay: undefined });
    assert.deepEqual(membersOf(registry, population), [
      [ids[1], undefined],
      [arriving.id, 0.5],
    ]);
  });

  test('is remembered when whoever was let in has left', async () => {
    const { registry, population } = await inhabited('a');
    const { id, ...arriving } = arrival(`${population}-new`, undefined);
    const islands = islandsOf(registry);
    const known = (individual: string) => islands.hasAdmitted('here', population, individual);
    assert.equal(await known(id), false);
    await islands.admit('here', population, { id, ...arriving });
    await registry.populations.removeMembers(population, [id]);
    await runtime.destroy(id);
    assert.equal(await known(id), true);
    await registry.populations.create({ id: 'elsewhere' });
    assert.equal(await islands.hasAdmitted('here', 'elsewhere', id), false);
  });

  test('leaves the sandbox of whoever gives way, if it is pinned or lives elsewhere too', async () => {
    const { registry, population, ids } = await inhabited('pinned', 'shared');
    const [pinned, shared] = ids as [string, string];
    await registry.pins.pin([pinned], 'for a talk');
    await registry.populations.create({ id: 'other' });
    await registry.populations.addMembers('other', [{ id: shared }]);
    const islands = islandsOf(registry);
    await islands.admit('here', population, arrival(`${population}-1`, pinned));
    await islands.admit('here', population, arrival(`${population}-2`, shared));
    assert.deepEqual(membersOf(registry, population), [
      [`${population}-1`, 0.5],
      [`${population}-2`, 0.5],
    ]);
    assert.ok(runtime.find(pinned) && runtime.find(shared));
  });
});

suite('ancestry', () => {
  test('goes along under names that mean the same everywhere, and comes home under its own', async () => {
    const { registry, population, ids } = await inhabited('child');
    const [child] = ids as [string];
    await registry.lineage.record(
      [
        { id: 'mother', island: 'here' },
        { id: child, parents: ['mother', 'far::father'], island: 'here' },
      ],
      { allowForeignParents: true },
    );
    const islands = islandsOf(registry);
    const { ancestry, parents } = await islands.pack('here', population, child);
    assert.deepEqual(
      ancestry.map(({ id, island, parents: of }) => [id, island, of]),
      [
        [`node::${child}`, 'here', ['node::mother', 'far::father']],
        ['node::mother', 'here', []],
      ],
    );
    assert.deepEqual(parents, ['node::mother', 'far::father']);
    const back = arrival(`${population}-back`, undefined, ancestry);
    await islands.admit('here', population, back);
    const { relatives } = registry.lineage.ancestors(back.id);
    assert.deepEqual(
      relatives.map(({ id }) => id),
      [child, 'mother', 'far::father'],
    );
  });

  test('of one whose birth nobody recorded says at least where it lived', async () => {
    const { registry, population, ids } = await inhabited('a');
    const { ancestry } = await islandsOf(registry).pack('here', population, ids[0]!);
    assert.deepEqual(
      ancestry.map(({ id, island, mutationType }) => [id, island, mutationType]),
      [[`node::${ids[0]}`, 'here', 'unrecorded']],
    );
  });
});

suite('the evaluator of a population', () => {
  test('is that of its newest score, not of its best', async () => {
    const { registry, population, ids } = await inhabited('a', 'b');
    const [a, b] = ids as [string, string];
    const evaluatorOf = () => islandsOf(registry).evaluatorOf('here', population);
    assert.equal(await evaluatorOf(), '');
    await registry.fitness.record(population, [{ id: a, result: { score: 9 }, evaluatorSha256: 'old' }]);
    await registry.fitness.record(population, [{ id: b, result: { score: 1 }, evaluatorSha256: 'new' }]);
    const error = { reason: 'THREW', message: '' };
    await registry.fitness.record(population, [{ id: a, result: { error }, evaluatorSha256: 'failed' }]);
    assert.equal(await evaluatorOf(), 'new');
  });
});
