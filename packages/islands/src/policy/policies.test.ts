import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { type Evaluated, type Individual, isEvaluated } from './individual.ts';
import { seeded } from './random.ts';
import { place, type Replacement } from './replacement.ts';
import { select, type Selection } from './selection.ts';

const SELECTIONS: Selection[] = [
  { kind: 'BEST' },
  { kind: 'RANDOM' },
  { kind: 'NOVELTY' },
  { kind: 'TOURNAMENT', size: 3 },
];
const REPLACEMENTS: Replacement[] = ['WORST', 'RANDOM', 'IF_BETTER', 'MOST_SIMILAR'];

const score = fc.integer({ min: -5, max: 5 });
const POPULATION: fc.Arbitrary<Individual[]> = fc
  .array(
    fc.record({
      genomeSha256: fc.constantFrom('g1', 'g2', 'g3', 'g4', 'g5', 'g6'),
      merit: fc.option(score, { nil: undefined }),
      behaviour: fc.array(score, { maxLength: 3 }),
    }),
    { maxLength: 15 },
  )
  .map((all) => all.map((one, index) => ({ id: `i${index}`, ...one })));
const IMMIGRANT: fc.Arbitrary<Evaluated> = score.map((merit) => one('new', merit));

const one = (id: string, merit: number, behaviour: number[] = []): Evaluated => ({
  id,
  genomeSha256: id,
  merit,
  behaviour,
});
const ids = (of: readonly Individual[]) => of.map(({ id }) => id);

suite('selection', () => {
  test('gives as many different evaluated genomes as there are, up to the count, repeatably', () => {
    fc.assert(
      fc.property(
        POPULATION,
        fc.constantFrom(...SELECTIONS),
        fc.nat(20),
        fc.nat(),
        (all, policy, count, seed) => {
          const chosen = select(policy, all, count, seeded(seed));
          const genomes = new Set(all.filter(isEvaluated).map(({ genomeSha256 }) => genomeSha256));
          assert.equal(chosen.length, Math.min(count, genomes.size));
          assert.equal(new Set(chosen.map(({ genomeSha256 }) => genomeSha256)).size, chosen.length);
          assert.deepEqual(select(policy, all.toReversed(), count, seeded(seed)), chosen);
        },
      ),
    );
  });

  test('no genome that BEST leaves is better than one that it takes', () => {
    fc.assert(
      fc.property(POPULATION, fc.nat(6), (all, count) => {
        const chosen = select({ kind: 'BEST' }, all, count, seeded(1));
        const taken = new Set(chosen.map(({ genomeSha256 }) => genomeSha256));
        const worst = Math.min(...chosen.map(({ merit }) => merit));
        for (const { genomeSha256, merit = -Infinity } of all)
          assert.ok(taken.has(genomeSha256) || merit <= worst);
      }),
    );
  });

  test('a tournament of all is won by the best, a tournament of one by anybody', () => {
    const all = Array.from({ length: 10 }, (_, merit) => one(`i${merit}`, merit));
    assert.deepEqual(ids(select({ kind: 'TOURNAMENT', size: 10 }, all, 2, seeded(1))), ['i9', 'i8']);
    const winners = Array.from({ length: 50 }, (_, seed) => {
      return select({ kind: 'TOURNAMENT', size: 1 }, all, 1, seeded(seed))[0]?.id;
    });
    assert.ok(new Set(winners).size > 5);
  });

  test('NOVELTY prefers whoever is far from the others', () => {
    const all = [
      one('a', 3, [0]),
      one('b', 2, [0.1]),
      one('c', 1, [0.2]),
      one('d', 1, [0.3]),
      one('far', 0, [9]),
    ];
    assert.deepEqual(ids(select({ kind: 'NOVELTY' }, all, 1, seeded(1))), ['far']);
  });
});

suite('replacement', () => {
  const cases = [POPULATION, fc.constantFrom(...REPLACEMENTS), IMMIGRANT, fc.nat(20), fc.nat()] as const;

  test('nobody gives way while there is room, and one resident does when there is none', () => {
    fc.assert(
      fc.property(...cases, (residents, policy, immigrant, capacity, seed) => {
        const placement = place(policy, residents, immigrant, capacity, seeded(seed));
        const room = capacity === 0 || residents.length < capacity;
        if (room) assert.deepEqual(placement, { admitted: true, givesWay: undefined });
        else if (placement.admitted) assert.ok(ids(residents).includes(placement.givesWay ?? ''));
      }),
    );
  });

  test('an island never loses its best to somebody worse', () => {
    fc.assert(
      fc.property(...cases, (residents, policy, immigrant, capacity, seed) => {
        const placement = place(policy, residents, immigrant, capacity, seeded(seed));
        const best = Math.max(...residents.map(({ merit = -Infinity }) => merit));
        const gone = placement.admitted ? placement.givesWay : undefined;
        const left = residents.filter(({ id }) => id !== gone).map(({ merit = -Infinity }) => merit);
        const after = Math.max(...left, placement.admitted ? immigrant.merit : -Infinity);
        assert.ok(after >= best, `${after} is worse than ${best}`);
      }),
    );
  });

  test('IF_BETTER keeps out whoever is not better than the worst', () => {
    const residents = [one('a', 3), one('b', 1)];
    const admitted = (merit: number) => place('IF_BETTER', residents, one('new', merit), 2, seeded(1));
    assert.deepEqual(admitted(1), { admitted: false });
    assert.deepEqual(admitted(2), { admitted: true, givesWay: 'b' });
  });

  test('WORST takes the worst, MOST_SIMILAR the nearest', () => {
    const residents = [one('good', 3, [0]), one('bad', 1, [5]), one('best', 9, [9])];
    const immigrant = one('new', 4, [1]);
    assert.deepEqual(place('WORST', residents, immigrant, 3, seeded(1)), { admitted: true, givesWay: 'bad' });
    assert.deepEqual(place('MOST_SIMILAR', residents, immigrant, 3, seeded(1)), {
      admitted: true,
      givesWay: 'good',
    });
  });
});
