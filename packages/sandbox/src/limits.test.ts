import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { PetriError } from '@petri/core';
import fc from 'fast-check';
import { compileLimits, DEFAULT_LIMITS, LIMITS, type Limits } from './limits.ts';

const NAMES = Object.keys(LIMITS) as (keyof Limits)[];

/** Fields that were found wrong, or undefined if none was. */
function wrong(change: Partial<Limits>): string[] | undefined {
  try {
    compileLimits(change);
    return undefined;
  } catch (thrown) {
    assert.ok(thrown instanceof PetriError);
    return thrown.violations.map(({ field }) => field);
  }
}

suite('limits', () => {
  for (const name of NAMES)
    test(`${name} is taken at both ends of its range and refused beyond`, () => {
      const { min, max, field, default: usual } = LIMITS[name];
      for (const value of [min, max, usual]) {
        assert.equal(wrong({ [name]: value }), undefined, `${value}`);
        assert.equal(compileLimits({ [name]: value })[name], value);
      }
      for (const value of [min - 1, max + 1, min + 0.5, NaN, -Infinity])
        assert.deepEqual(wrong({ [name]: value }), [`limits.${field}`], `${value}`);
    });

  test('out of range are all listed, and only those', () => {
    const change = fc.record(
      Object.fromEntries(NAMES.map((name) => [name, fc.boolean()])) as Record<
        keyof Limits,
        fc.Arbitrary<boolean>
      >,
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(change, (given) => {
        const chosen = NAMES.filter((name) => given[name] !== undefined);
        const values = Object.fromEntries(
          chosen.map((name) => [name, given[name] === true ? LIMITS[name].min : LIMITS[name].max + 1]),
        );
        const bad = chosen
          .filter((name) => given[name] === false)
          .map((name) => `limits.${LIMITS[name].field}`);
        assert.deepEqual(wrong(values), bad.length === 0 ? undefined : bad);
      }),
    );
  });

  test('that are not changed stay as they were', () => {
    const base = compileLimits({ maxTasks: 7, memoryBytes: 2 ** 21 });
    assert.deepEqual(compileLimits({ logBytes: 1 }, base), { ...base, logBytes: 1 });
    assert.equal(compileLimits(undefined), DEFAULT_LIMITS);
  });

  test('of CPU time follow those of wall time unless set', () => {
    assert.equal(compileLimits({ executionTimeMs: 77 }).cpuTimeMs, 77);
    assert.equal(compileLimits({ executionTimeMs: 77, cpuTimeMs: 99 }).cpuTimeMs, 99);
  });
});
