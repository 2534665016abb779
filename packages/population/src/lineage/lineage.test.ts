import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { openRegistry } from '../registry.ts';
import { exportLineage } from './export.ts';
import type { LineageBook } from './lineage-book.ts';

/** Parents of each by its number, all earlier ones: an acyclic graph. */
const family = fc.integer({ min: 1, max: 14 }).chain((size) =>
  fc.tuple(
    ...Array.from({ length: size }, (_, child) =>
      fc.uniqueArray(fc.integer({ min: 0, max: Math.max(0, child - 1) }), {
        maxLength: child === 0 ? 0 : 3,
      }),
    ),
  ),
);

const name = (n: number) => `i${String(n).padStart(3, '0')}`;

async function recorded(parents: readonly (readonly number[])[]): Promise<LineageBook> {
  const { lineage } = await openRegistry();
  await lineage.record(parents.map((each, n) => ({ id: name(n), parents: each.map(name) })));
  return lineage;
}

async function idsOf(lineage: LineageBook, ids: readonly string[]) {
  const selection = await lineage.select({ ids });
  const { graph } = selection;
  return Array.from(selection.places(), (place) => graph.idAt(place));
}

/** By definition, without any index. */
function naive(parents: readonly (readonly number[])[]) {
  const ancestors = (n: number): Set<number> =>
    new Set([n, ...parents[n]!.flatMap((parent) => [...ancestors(parent)])]);
  const depth = (n: number): number => Math.max(0, ...parents[n]!.map((parent) => depth(parent) + 1));
  return { ancestors, depth };
}

suite('lineage', () => {
  test('ancestors, descendants, depth and the common ancestor are those of the definitions', async () => {
    const some = fc.array(fc.nat({ max: 13 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(family, some, async (parents, picked) => {
        const lineage = await recorded(parents);
        const { ancestors, depth } = naive(parents);
        const all = parents.map((_, n) => n);
        for (const n of all) {
          assert.equal(lineage.get(name(n)).depth, depth(n));
          const found = lineage.ancestors(name(n)).relatives.map(({ id }) => id);
          assert.deepEqual(
            found.sort(),
            [...ancestors(n)]
              .filter((each) => each !== n)
              .map(name)
              .sort(),
          );
          const below = all.filter((each) => each !== n && ancestors(each).has(n)).map(name);
          assert.deepEqual(
            lineage
              .descendants(name(n))
              .relatives.map(({ id }) => id)
              .sort(),
            below,
          );
        }
        const of = picked.map((n) => n % parents.length);
        const common = all.filter((n) => of.every((each) => ancestors(each).has(n)));
        const deepest = Math.max(...common.map(depth));
        const expected = common.filter((n) => depth(n) === deepest).at(-1);
        const found = await lineage.commonAncestor(of.map(name));
        assert.equal(found?.ancestor.id, expected === undefined ? undefined : name(expected));
        if (found) assert.equal(found.distances.length, of.length);
      }),
    );
  });

  test('distances are those of the shortest way, and bound a search', async () => {
    // 0 -> 1 -> 2 -> 3, and 0 -> 3 as well.
    const lineage = await recorded([[], [0], [1], [2, 0]]);
    const far = (query: object) =>
      lineage.ancestors('i003', query).relatives.map(({ id, distance }) => [id, distance]);
    assert.deepEqual(far({}), [
      ['i002', 1],
      ['i000', 1],
      ['i001', 2],
    ]);
    assert.deepEqual(far({ maxDepth: 1 }), [
      ['i002', 1],
      ['i000', 1],
    ]);
    assert.deepEqual(far({ limit: 1 }), [['i002', 1]]);
    assert.equal(lineage.ancestors('i003', { limit: 1 }).truncated, true);
    assert.equal(lineage.ancestors('i003', { limit: 3 }).truncated, false);
    assert.deepEqual((await lineage.commonAncestor(['i003', 'i001']))?.distances, [2, 0]);
  });

  test('the common ancestor of many is found, however many words their bits take', async () => {
    for (const count of [31, 32, 33, 64, 65]) {
      // One mother of all but the last, and a grandmother of everybody.
      const parents = [[], [0], ...Array.from({ length: count }, (_, at) => (at === count - 1 ? [0] : [1]))];
      const lineage = await recorded(parents);
      const children = parents.map((_, n) => name(n)).slice(2);
      assert.equal((await lineage.commonAncestor(children))?.ancestor.id, name(0));
      assert.equal((await lineage.commonAncestor(children.slice(0, -1)))?.ancestor.id, name(1));
    }
  });

  test('no order of recording makes a circle, and the right order is taken in any', async () => {
    const edges = fc.array(fc.tuple(fc.nat({ max: 5 }), fc.nat({ max: 5 })), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(edges, fc.boolean(), async (pairs, atOnce) => {
        const parents = new Map<number, Set<number>>();
        for (const [child, parent] of pairs)
          parents.set(child, (parents.get(child) ?? new Set<number>()).add(parent));
        const { lineage } = await openRegistry();
        const births = [...parents].map(([child, of]) => ({ id: name(child), parents: [...of].map(name) }));
        const batches = atOnce ? [births] : births.map((birth) => [birth]);
        let refused = 0;
        for (const batch of batches)
          await lineage.record(batch, { allowForeignParents: true }).catch((thrown: { code: string }) => {
            assert.equal(thrown.code, 'invalid_argument');
            refused++;
          });
        const circular = [...parents.keys()].some((start) => reaches(parents, start, start, new Set()));
        assert.equal(refused > 0, circular);
        for (const { id } of births.filter((birth) => known(lineage, birth.id)))
          assert.ok(!lineage.ancestors(id).relatives.some((relative) => relative.id === id));
      }),
    );
  });

  test('unknown parents are refused by name, unless they are allowed to be foreign', async () => {
    const { lineage } = await openRegistry();
    const birth = { id: 'a', parents: ['x', 'y'] };
    await assert.rejects(lineage.record([birth]), { reason: 'LINEAGE_PARENT_UNKNOWN', message: /x, y/ });
    await lineage.record([birth], { allowForeignParents: true });
    assert.deepEqual(lineage.get('x'), { id: 'x', depth: 0, children: 1 });
    // What was foreign may be recorded later, and all below it lies deeper then.
    await lineage.record([{ id: 'x', parents: ['w'] }], { allowForeignParents: true });
    assert.equal(lineage.get('a').depth, 2);
    assert.equal(lineage.get('x').birth?.mutationType, 'mutation');
  });

  test('a birth is recorded once: the same again changes nothing, another one is refused', async () => {
    const lineage = await recorded([[], [0]]);
    await lineage.record([{ id: name(1), parents: [name(0)] }]);
    assert.equal(lineage.size, 2);
    await assert.rejects(lineage.record([{ id: name(1), parents: [] }]), { code: 'already_exists' });
    await assert.rejects(lineage.record([{ id: 'z', parents: ['z'] }]), { code: 'invalid_argument' });
  });

  test('an export of some is of all their ancestors and descendants, and nobody else', async () => {
    const some = fc.array(fc.nat({ max: 13 }), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(family, some, async (parents, picked) => {
        const lineage = await recorded(parents);
        const { ancestors } = naive(parents);
        const all = parents.map((_, n) => n);
        const of = picked.filter((n) => n < parents.length);
        if (of.length === 0) return;
        const ids = await idsOf(lineage, of.map(name));
        const related = all.filter((n) => of.some((o) => ancestors(o).has(n) || ancestors(n).has(o)));
        assert.deepEqual(ids, related.map(name));
      }),
    );
  });

  test('what is asked of many in a large graph is one search, and gives everything else its turns', async () => {
    const [size, width, asked] = [8_000, 500, 1_000];
    const { lineage } = await openRegistry();
    const parentsOf = (n: number) =>
      n < width ? [] : [n - width, n - (n % width) - width + ((n + 1) % width)];
    await lineage.record(
      Array.from({ length: size }, (_, n) => ({ id: name(n), parents: parentsOf(n).map(name) })),
    );
    const last = Array.from({ length: asked }, (_, n) => name(size - 1 - n));
    for (const ask of [() => lineage.commonAncestor(last), () => lineage.select({ ids: last })]) {
      let [turns, done] = [0, false];
      (function turn() {
        turns++;
        if (!done) setImmediate(turn);
      })();
      await ask();
      done = true;
      // No more than two searches, of 1,000 places or more in a turn; one for each of those asked about would be thousands.
      assert.ok(turns > 3 && turns < 100, `${turns} turns`);
    }
  });

  test('a birth that puts others deeper while a common ancestor is looked for is taken into account', async () => {
    const { lineage } = await openRegistry();
    const length = 5_000;
    const chain = (of: string) =>
      Array.from({ length }, (_, n) => ({ id: `${of}${n}`, parents: [n === 0 ? 'far' : `${of}${n - 1}`] }));
    await lineage.record([...chain('a'), ...chain('b'), { id: 'root' }], { allowForeignParents: true });
    const looking = lineage.commonAncestor([`a${length - 1}`, `b${length - 1}`]);
    await lineage.record([{ id: 'far', parents: ['root'] }]);
    const { ancestor, distances } = (await looking)!;
    assert.deepEqual([ancestor.id, ancestor.depth, distances], ['far', 1, [length, length]]);
  });

  test('exports as DOT and as JSON, all of it or some', async () => {
    const { lineage } = await openRegistry();
    await lineage.record(
      [
        { id: 'a' },
        { id: 'b', parents: ['a', 'far'], mutationType: 'say "x"\\' },
        { id: 'c', parents: ['b'] },
        { id: 'o' },
      ],
      { allowForeignParents: true },
    );
    const text = async (format: 'DOT' | 'JSON', selection: object = {}) =>
      [...exportLineage(await lineage.select(selection), format)].join('');
    const dot = await text('DOT');
    assert.match(dot, /^digraph lineage \{\n/);
    assert.match(dot, /"far" \[label="far\\nforeign", style=dashed\];/);
    assert.match(dot, /"a" -> "b";/);
    assert.ok(dot.includes('say \\"x\\"\\\\ g0'), dot);
    const { nodes, edges } = JSON.parse(await text('JSON', { ids: ['b'] })) as {
      nodes: { id: string }[];
      edges: unknown[];
    };
    assert.deepEqual(
      nodes.map(({ id }) => id),
      ['a', 'b', 'far', 'c'],
    );
    assert.deepEqual(edges.length, 3);
  });
});

function reaches(parents: Map<number, Set<number>>, from: number, to: number, seen: Set<number>): boolean {
  for (const parent of parents.get(from) ?? []) {
    if (parent === to) return true;
    if (seen.has(parent)) continue;
    seen.add(parent);
    if (reaches(parents, parent, to, seen)) return true;
  }
  return false;
}

function known(lineage: LineageBook, id: string): boolean {
  try {
    return lineage.get(id).birth !== undefined;
  } catch {
    return false;
  }
}
