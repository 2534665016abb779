import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { seeded } from './random.ts';
import { type Edge, edgesOf, type Topology } from './topology.ts';

const IDS = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { maxLength: 20 });
const KINDS = ['RING', 'TWO_WAY_RING', 'FULL', 'TORUS'] as const;

const anyTopology = (ids: readonly string[]): fc.Arbitrary<Topology> => {
  const id = fc.constantFrom('elsewhere', ...ids);
  const edge = fc.record({ from: id, to: id, probability: fc.double({ min: 0.01, max: 1, noNaN: true }) });
  return fc.oneof(
    fc.constantFrom(...KINDS).map((kind) => ({ kind })),
    id.map((center) => ({ kind: 'STAR' as const, center })),
    fc.nat(5).map((degree) => ({ kind: 'RANDOM' as const, degree })),
    fc.array(edge, { maxLength: 40 }).map((edges) => ({ kind: 'CUSTOM' as const, edges })),
  );
};
const CASES = IDS.chain((ids) => fc.tuple(fc.constant(ids), anyTopology(ids), fc.nat()));

const edges = (kind: (typeof KINDS)[number], ids: readonly string[]) => edgesOf({ kind }, ids, seeded('x'));
const pairs = (of: readonly Edge[]) => of.map(({ from, to }) => `${from}${to}`);

suite('topologies', () => {
  test('no edge leads to its own start, to a stranger, or twice the same way', () => {
    fc.assert(
      fc.property(CASES, ([ids, topology, seed]) => {
        const found = edgesOf(topology, ids, seeded(seed));
        assert.equal(new Set(found.map(({ from, to }) => `${from} ${to}`)).size, found.length);
        for (const { from, to, probability } of found) {
          assert.ok(from !== to && ids.includes(from) && ids.includes(to), `${from} to ${to}`);
          assert.ok(probability > 0 && probability <= 1, String(probability));
        }
      }),
    );
  });

  test('the same islands in another order, and the same seed, give the same edges', () => {
    fc.assert(
      fc.property(CASES, ([ids, topology, seed]) => {
        const again = edgesOf(topology, ids.toReversed(), seeded(seed));
        assert.deepEqual(again, edgesOf(topology, ids, seeded(seed)));
      }),
    );
  });

  test('every island reaches every other, whichever have gone', () => {
    fc.assert(
      fc.property(IDS, fc.constantFrom(...KINDS, 'STAR' as const), fc.nat(), (ids, kind, gone) => {
        const left = ids.filter((_, index) => (gone >> index) % 2 === 0);
        const found = edgesOf(kind === 'STAR' ? { kind, center: ids[0] ?? '' } : { kind }, left, seeded('x'));
        for (const start of left)
          assert.equal(reachable(start, found).size, left.length, `${kind} of ${left.join()}`);
      }),
    );
  });

  test('each has its shape', () => {
    const four = ['a', 'b', 'c', 'd'];
    assert.deepEqual(pairs(edges('RING', four)), ['ab', 'bc', 'cd', 'da']);
    assert.deepEqual(pairs(edges('TWO_WAY_RING', four)), ['ab', 'ad', 'ba', 'bc', 'cb', 'cd', 'da', 'dc']);
    assert.equal(edges('FULL', four).length, 12);
    const star = edgesOf({ kind: 'STAR', center: 'c' }, four, seeded('x'));
    assert.deepEqual(pairs(star), ['ac', 'bc', 'ca', 'cb', 'cd', 'dc']);
    const nine = 'abcdefghi'.split('');
    for (const id of nine) assert.equal(edges('TORUS', nine).filter(({ from }) => from === id).length, 4);
    assert.deepEqual(edges('TORUS', 'abcde'.split('')), edges('TWO_WAY_RING', 'abcde'.split('')));
    for (const kind of KINDS) assert.deepEqual([edges(kind, []), edges(kind, ['a'])], [[], []]);
  });

  test('of random-k, each island sends to k others', () => {
    const ids = 'abcdefgh'.split('');
    const found = edgesOf({ kind: 'RANDOM', degree: 3 }, ids, seeded(1));
    for (const id of ids) assert.equal(found.filter(({ from }) => from === id).length, 3);
    assert.notDeepEqual(edgesOf({ kind: 'RANDOM', degree: 3 }, ids, seeded(2)), found);
  });

  test('a way over islands that are gone stays a way, as likely as all its parts', () => {
    const edge = (from: string, to: string, probability: number) => ({ from, to, probability });
    const custom = {
      kind: 'CUSTOM',
      edges: [edge('a', 'x', 0.5), edge('x', 'y', 0.5), edge('y', 'b', 1)],
    } as const;
    assert.deepEqual(edgesOf(custom, ['a', 'b'], seeded('x')), [edge('a', 'b', 0.25)]);
    assert.deepEqual(edgesOf(custom, ['a', 'x', 'y', 'b'], seeded('x')), custom.edges);
  });
});

function reachable(start: string, of: readonly Edge[]): Set<string> {
  const found = new Set([start]);
  for (const id of found) for (const { from, to } of of) if (from === id) found.add(to);
  return found;
}
