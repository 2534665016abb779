import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect, type Petri } from '@petri/client';
import { temporaryDirectory } from './support/directory.ts';
import { startNodeProcess } from './support/node-process.ts';

const SIZE = 6;
const KILLS = 3;

const named = (generation: number) => Array.from({ length: SIZE }, (_, at) => `g${generation}-${at}`);

/** Evolves until the node dies, and says what was acknowledged: the generation, and how many of it have a fitness. */
async function evolve(
  { populations, fitness }: Petri,
  from: number,
  onGeneration: (count: number) => void,
): Promise<{ generation: number; scored: number }> {
  const acknowledged = { generation: from, scored: 0 };
  try {
    for (let generation = from; ; generation++) {
      for (const [at, id] of named(generation).entries()) {
        await fitness.record('p', [{ id, score: generation + at / SIZE }]);
        acknowledged.scored = at + 1;
      }
      const newcomers = named(generation + 1).map((id, at) => ({
        id,
        birth: { parents: [named(generation)[at]!] },
      }));
      await populations.advance('p', { newcomers }, { expectedGeneration: generation });
      acknowledged.generation = generation + 1;
      acknowledged.scored = 0;
      onGeneration(generation + 1 - from);
    }
  } catch {
    return acknowledged;
  }
}

test('populations, fitness and lineage outlive kill -9: all that was acknowledged, and no half of a generation', async () => {
  using directory = temporaryDirectory();
  const env = {
    PETRI_DATA_DIR: directory.path,
    PETRI_WORKERS: '1',
    PETRI_SPARES: '0',
    PETRI_GC_INTERVAL_MS: '0',
  };
  let acknowledged = { generation: 0, scored: 0 };
  for (let kill = 0; kill <= KILLS; kill++) {
    await using node = await startNodeProcess(env);
    await using petri = await connect(node.address);
    const { populations, fitness, lineage } = petri;
    if (kill === 0) {
      await populations.create({ id: 'p', direction: 'MINIMISE', island: 'north' });
      await populations.add(
        'p',
        named(0).map((id) => ({ id, birth: {} })),
      );
      await petri.pins.add(['g0-0']);
    }
    const { generation, size, direction } = await populations.get('p');
    // The one that was under way may have happened, too.
    assert.ok(generation - acknowledged.generation <= 1 && generation >= acknowledged.generation);
    assert.deepEqual([size, direction], [SIZE, 'MINIMISE']);
    const members = await Array.fromAsync(populations.members('p'));
    assert.deepEqual(
      members.map(({ id }) => id),
      named(generation),
    );
    const ranked = await Array.fromAsync(fitness.rank('p'));
    if (generation === acknowledged.generation) assert.ok(ranked.length >= acknowledged.scored);
    for (const [at, { fitness: each }] of ranked.entries())
      assert.deepEqual([each.id, each.score], [`g${generation}-${at}`, generation + at / SIZE]);
    const { relatives } = await lineage.ancestors(`g${generation}-0`);
    assert.equal(relatives.length, generation);
    assert.equal((await lineage.descendants('g0-1')).relatives.length, generation);
    assert.equal((await Array.fromAsync(petri.pins.list())).length, 1);
    if (kill === KILLS) break;
    const dead = once(node.child, 'exit');
    // Wherever it then is.
    const enough = 2 + kill;
    const evolving = evolve(petri, generation, (count) => {
      if (count === enough) setTimeout(() => node.child.kill('SIGKILL'), kill * 3);
    });
    acknowledged = await evolving;
    await dead;
    assert.ok(acknowledged.generation >= generation + enough);
  }
});
