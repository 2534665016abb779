import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { sharedNode } from './support/node.ts';
import { until } from './support/until.ts';

const node = await sharedNode({ workers: 1, spares: 0 });
const { populations, fitness, lineage } = node.petri;

const genome = (n: number) => `export const f = () => ${n};`;

suite('populations', () => {
  test('an engine evolves: members, fitness, survivors, newcomers and their lineage', async () => {
    const created = await populations.create({ id: 'evo', island: 'north', labels: { run: '1' } });
    assert.deepEqual(
      [created.generation, created.size, created.direction, created.island],
      [0, 0, 'MAXIMISE', 'north'],
    );
    for (const [at, id] of ['a', 'b', 'c'].entries())
      await node.sandboxes.create({ id, genome: genome(at === 2 ? 0 : at) });
    const seeds = ['a', 'b', 'c'].map((id) => ({ id, birth: {} }));
    assert.equal((await populations.add('evo', seeds)).size, 3);

    const recorded = await fitness.record('evo', [
      {
        id: 'a',
        score: 0.25,
        components: { correctness: 0.5 },
        tests: [{ name: 't', passed: true, score: 1 }],
      },
      { id: 'b', score: 0.75, evaluationUs: 1500 },
      { id: 'c', error: { reason: 'TIMEOUT', message: 'too late' } },
    ]);
    assert.deepEqual([recorded[0]?.components, recorded[0]?.tests.length], [{ correctness: 0.5 }, 1]);
    const statistics = await populations.statistics('evo', { quantiles: [0.5], buckets: 2 });
    assert.deepEqual(
      [statistics.scored, statistics.failed, statistics.best, statistics.scores?.mean],
      [2, 1, 'b', 0.5],
    );
    assert.deepEqual(
      statistics.scores?.histogram.map(({ count }) => count),
      [1, 1],
    );
    // The sandboxes a and c have the same code.
    assert.deepEqual([statistics.diversity.known, statistics.diversity.distinct], [3, 2]);

    const [best] = await fitness.top('evo', 1);
    assert.deepEqual([best?.rank, best?.fitness.id, best?.fitness.evaluationUs], [1, 'b', 1500]);
    const newcomers = [{ id: 'd', birth: { parents: ['a', 'b'] } }, 'e'];
    const advanced = await populations.advance(
      'evo',
      { survivors: ['b'], newcomers },
      { expectedGeneration: 0 },
    );
    assert.deepEqual(
      [advanced.population.generation, advanced.population.size, advanced.left],
      [1, 3, ['a', 'c']],
    );
    await assert.rejects(populations.advance('evo', { survivors: ['b'] }, { expectedGeneration: 0 }), {
      code: 'aborted',
      reason: 'GENERATION_STALE',
      metadata: { generation: '1' },
    });
    const members = await Array.fromAsync(populations.members('evo', { pageSize: 2 }));
    assert.deepEqual(
      members.map(({ id, generation, fitness: own }) => [id, generation, own?.score]),
      [
        ['b', 0, 0.75],
        ['d', 1, undefined],
        ['e', 1, undefined],
      ],
    );
    const child = await lineage.get('d');
    assert.deepEqual(
      [child.parents, child.mutationType, child.generation, child.depth, child.island, child.population],
      [['a', 'b'], 'crossover', 1, 1, 'north', 'evo'],
    );
    assert.equal((await lineage.commonAncestor(['d', 'b']))?.ancestor.id, 'b');
    assert.equal(await lineage.commonAncestor(['a', 'b']), undefined);

    assert.equal((await populations.delete('evo'))?.size, 3);
    await assert.rejects(populations.get('evo'), { code: 'not_found', reason: 'POPULATION_NOT_FOUND' });
    assert.equal(await populations.delete('evo', { allowMissing: true }), undefined);
    assert.equal((await lineage.ancestors('d')).relatives.length, 2, 'lineage survives its members');
  });

  test('a smaller score is better where the population says so', async () => {
    await populations.create({ id: 'cost', direction: 'MINIMISE' });
    await populations.add('cost', ['x', 'y', 'z']);
    await fitness.record('cost', [
      { id: 'x', score: 3 },
      { id: 'y', score: -1 },
      { id: 'z', score: 3 },
    ]);
    const order = async () => (await Array.fromAsync(fitness.rank('cost'))).map((each) => each.fitness.id);
    assert.deepEqual(await order(), ['y', 'x', 'z']);
    await fitness.adjust('cost', [{ id: 'y', delta: 10, reason: 'ANOMALY: memory grows' }]);
    assert.deepEqual(await order(), ['x', 'z', 'y']);
    const ranked = await Array.fromAsync(fitness.rank('cost', { ids: ['y', 'z'], pageSize: 1 }));
    assert.deepEqual(
      ranked.map(({ rank, fitness: { id } }) => [rank, id]),
      [
        [1, 'z'],
        [2, 'y'],
      ],
    );
  });

  test('what is wrong is said at once, and nothing has changed then', async () => {
    await populations.create({ id: 'strict' });
    await assert.rejects(populations.create({ id: 'strict' }), { reason: 'POPULATION_ALREADY_EXISTS' });
    await populations.add('strict', ['m']);
    const fields = (call: Promise<unknown>) =>
      call.then(
        () => [],
        (thrown: { violations: { field: string }[] }) => thrown.violations.map(({ field }) => field),
      );
    assert.deepEqual(
      await fields(
        populations.add('strict', [
          { id: '!', birth: { parents: ['?'] } },
          { id: 'n', genomeSha256: 'x' },
        ]),
      ),
      ['members[0].id', 'members[0].birth.parents[0]', 'members[1].genome_sha256'],
    );
    assert.deepEqual(await fields(fitness.record('strict', [{ id: 'm', score: NaN }])), ['entries[0].score']);
    await assert.rejects(fitness.record('strict', [{ id: 'stranger', score: 1 }]), {
      reason: 'MEMBER_NOT_FOUND',
    });
    await assert.rejects(populations.add('strict', ['new', 'm']), { reason: 'MEMBER_ALREADY_EXISTS' });
    await assert.rejects(populations.add('strict', [{ id: 'k', birth: { parents: ['nobody'] } }]), {
      reason: 'LINEAGE_PARENT_UNKNOWN',
    });
    await assert.rejects(populations.remove('strict', ['new']), { code: 'not_found' });
    assert.equal((await populations.get('strict')).size, 1);
    assert.equal((await populations.remove('strict', ['new', 'm'], { allowMissing: true })).size, 0);
  });

  test('a repeated request is answered as the first was', async () => {
    await populations.create({ id: 'again' });
    const add = () => populations.add('again', ['m'], { requestId: 'r1' });
    assert.deepEqual(await add(), await add());
    const advance = () => populations.advance('again', { survivors: ['m'] }, { requestId: 'r2' });
    assert.deepEqual(await advance(), await advance());
    assert.equal((await populations.get('again')).generation, 1);
  });

  test('exports a lineage, with migrants whose parents are elsewhere', async () => {
    await lineage.record(
      [{ id: 'migrant', parents: ['elsewhere'], mutationType: 'migration', island: 'south' }],
      {
        allowForeignParents: true,
      },
    );
    assert.equal((await lineage.get('elsewhere')).foreign, true);
    const dot = await lineage.export({ format: 'DOT', ids: ['migrant'] });
    assert.equal(
      dot,
      'digraph lineage {\n  "migrant" [label="migrant\\nmigration g0"];\n' +
        '  "elsewhere" [label="elsewhere\\nforeign", style=dashed];\n  "elsewhere" -> "migrant";\n}\n',
    );
    const json = JSON.parse(await lineage.export({ ids: ['migrant'] })) as {
      nodes: { id: string; island?: string }[];
    };
    assert.deepEqual(
      json.nodes.map(({ id, island }) => [id, island]),
      [
        ['migrant', 'south'],
        ['elsewhere', undefined],
      ],
    );
  });

  test('evaluations record what they come to: scores as scores, failures as failures', async () => {
    await populations.create({ id: 'judged' });
    const ids = ['good', 'bad', 'throws', 'loops'];
    const sources = ['x => x * 2', 'x => x', '() => { throw new Error("no") }', '() => { for (;;); }'];
    for (const [at, id] of ids.entries())
      await node.sandboxes.create({ id, genome: `export const f = ${sources[at]};` });
    await populations.add('judged', ids);
    const program = (javascript: string) => ({ program: { javascript, callTimeoutMs: 2_000 } });
    const spec = program('export default async (candidate) => (await candidate.call("f", 21)) / 42;');
    const record = { population: 'judged', generation: 0 };
    const items = await Array.fromAsync(node.sandboxes.batchEvaluate(ids, spec, { record }));
    assert.deepEqual(
      items.map(({ recordError }) => recordError),
      [undefined, undefined, undefined, undefined],
    );
    const found = await fitness.getMany('judged', ids);
    assert.deepEqual(
      found.map(({ id, score, error }) => [id, score ?? error?.reason]),
      [
        ['good', 1],
        ['bad', 0.5],
        ['throws', 'THREW'],
        ['loops', 'TIMEOUT'],
      ],
    );
    assert.ok(found.every(({ evaluatorSha256, evaluationUs }) => evaluatorSha256 !== '' && evaluationUs > 0));
    const { scored, failed, evaluators, scores } = await populations.statistics('judged');
    assert.deepEqual([scored, failed, evaluators, scores?.mean], [2, 2, 1, 0.75]);

    const suiteSpec = { suite: { cases: [{ name: 'double', function: 'f', arguments: [1], expected: 2 }] } };
    await node.sandboxes.evaluate('bad', suiteSpec, { record: { population: 'judged' } });
    const again = await fitness.get('judged', 'bad');
    assert.deepEqual([again?.score, again?.tests], [0, [{ name: 'double', passed: false, score: 0 }]]);
  });

  test('a result that comes after the next generation is of the one that it was evaluated in', async () => {
    await populations.create({ id: 'overtaken' });
    const ids = ['slow', 'newer', 'leaver'];
    const source = `
      export const f = () => 1;
      export const wait = () => new Promise(() => { const tick = () => setTimeout(tick, 5); tick(); });`;
    for (const id of ids) await node.sandboxes.create({ id, genome: source });
    await populations.add('overtaken', ids);
    // Runs of one sandbox take turns: the evaluations wait until these are called off.
    const stop = new AbortController();
    const holding = ids.map((id) =>
      assert.rejects(node.sandboxes.run(id, 'wait', [], { timeoutMs: 60_000, signal: stop.signal })),
    );
    const queued = (count: number) =>
      until(`${count} wait for each`, async () => {
        const usages = await Promise.all(ids.map((id) => node.sandboxes.usage(id)));
        return usages.every(({ queuedRuns }) => queuedRuns === count);
      });
    await queued(1);
    const spec = { suite: { cases: [{ function: 'f', expected: 1 }] } };
    const record = { population: 'overtaken' };
    const evaluating = Array.fromAsync(node.sandboxes.batchEvaluate(ids, spec, { record }));
    await queued(2);
    await populations.advance('overtaken', { survivors: ['slow', 'newer'] });
    await fitness.record('overtaken', [{ id: 'newer', score: 7 }]);
    stop.abort();
    await Promise.all(holding);
    const items = await evaluating;
    const reasons = Object.fromEntries(items.map(({ id, recordError }) => [id, recordError?.reason]));
    assert.deepEqual(reasons, { slow: undefined, newer: 'FITNESS_STALE', leaver: 'MEMBER_NOT_FOUND' });
    const found = await fitness.getMany('overtaken', ['slow', 'newer']);
    assert.deepEqual(
      found.map(({ id, score, generation }) => [id, score, generation]),
      [
        ['slow', 1, 0],
        ['newer', 7, 1],
      ],
    );
  });

  test('nothing is evaluated if it could not be recorded', async () => {
    await populations.create({ id: 'closed' });
    await node.sandboxes.create({ id: 'outsider', genome: genome(1) });
    const spec = { suite: { cases: [{ function: 'f', expected: 1 }] } };
    const evaluate = (record: object) =>
      node.sandboxes.evaluate('outsider', spec, { record: { population: 'closed', ...record } });
    await assert.rejects(evaluate({}), { reason: 'MEMBER_NOT_FOUND' });
    await assert.rejects(evaluate({ generation: 7 }), { reason: 'GENERATION_STALE' });
    await assert.rejects(evaluate({ population: 'nowhere' }), { reason: 'POPULATION_NOT_FOUND' });
    await assert.rejects(evaluate({ population: '?' }), { code: 'invalid_argument' });
    assert.equal((await node.sandboxes.usage('outsider')).runs, 0);
  });
});
