import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { garbageReason, type GarbageRules, type SandboxFacts, toHibernate } from './policy.ts';

const RULES: GarbageRules = {
  maxAgeMs: 1000,
  failedMs: 100,
  retainGenerations: 3,
  abandonedMs: 50,
  idleMs: 500,
};
const OFF: GarbageRules = { maxAgeMs: 0, failedMs: 0, retainGenerations: 0, abandonedMs: 0, idleMs: 0 };
const NOW = 10_000;
const FRESH: SandboxFacts = {
  id: 's',
  createdAtMs: NOW,
  usedAtMs: NOW,
  busy: false,
  pinned: false,
  member: false,
};
const reason = (facts: Partial<SandboxFacts>, rules = RULES, memoryIsShort = false) =>
  garbageReason({ ...FRESH, ...facts }, rules, { nowMs: NOW, memoryIsShort });

const time = fc.integer({ min: 0, max: NOW });
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const facts = fc
  .record({
    createdAtMs: time,
    usedAtMs: time,
    busy: fc.boolean(),
    failedAtMs: optional(time),
    pinned: fc.boolean(),
    member: fc.boolean(),
    generationsAgo: optional(fc.nat({ max: 6 })),
    orphanedAtMs: optional(time),
  })
  .map(
    (each) =>
      Object.fromEntries(Object.entries(each).filter(([, value]) => value !== undefined)) as typeof each,
  )
  .map((each) => ({ id: 's', ...each }) as SandboxFacts);

suite('what is garbage', () => {
  const cases: [reason: string, at: Partial<SandboxFacts>, before: Partial<SandboxFacts>][] = [
    ['EXPIRED', { createdAtMs: NOW - 1000, member: true }, { createdAtMs: NOW - 999 }],
    ['FAILED', { failedAtMs: NOW - 100, member: true }, { failedAtMs: NOW - 99 }],
    ['GENERATION', { generationsAgo: 3 }, { generationsAgo: 2 }],
    ['ABANDONED', { orphanedAtMs: NOW - 50 }, { orphanedAtMs: NOW - 49 }],
    ['IDLE', { usedAtMs: NOW - 500 }, { usedAtMs: NOW - 499 }],
  ];
  for (const [expected, at, before] of cases)
    test(`${expected}: at its bound, and not before`, () => {
      assert.equal(reason(at), expected);
      assert.equal(reason(before), undefined);
      assert.equal(reason(at, OFF), undefined);
    });

  test('a member is in use, however idle it is and whatever it left before', () => {
    assert.equal(reason({ member: true, usedAtMs: 0, generationsAgo: 9, orphanedAtMs: 0 }), undefined);
  });

  test('where memory is short, whoever has left a population goes at once, and nobody else', () => {
    assert.equal(reason({ generationsAgo: 1 }, RULES, true), 'MEMORY');
    assert.equal(reason({ orphanedAtMs: NOW }, RULES, true), 'MEMORY');
    assert.equal(reason({}, RULES, true), undefined);
    assert.equal(reason({ generationsAgo: 1, member: true }, RULES, true), undefined);
  });

  test('never what runs or is pinned, and nothing stops being garbage by waiting', () => {
    fc.assert(
      fc.property(facts, fc.boolean(), fc.nat({ max: 5000 }), (each, memoryIsShort, later) => {
        const found = garbageReason(each, RULES, { nowMs: NOW, memoryIsShort });
        if (each.busy || each.pinned) assert.equal(found, undefined);
        if (found === undefined) return;
        assert.notEqual(garbageReason(each, RULES, { nowMs: NOW + later, memoryIsShort }), undefined);
      }),
    );
  });
});

test('the least recently used hibernate, no more than it takes, and none that runs', () => {
  const resident = fc.record({
    id: fc.string({ minLength: 1 }),
    usedAtMs: time,
    busy: fc.boolean(),
    bytes: fc.integer({ min: 1, max: 1000 }),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(resident, { selector: ({ id }) => id }),
      fc.nat({ max: 5000 }),
      (residents, need) => {
        const chosen = toHibernate(residents, need).map((id) => residents.find((each) => each.id === id)!);
        assert.ok(chosen.every(({ busy }) => !busy));
        const left = residents.filter((each) => !each.busy && !chosen.includes(each));
        for (const a of chosen) for (const b of left) assert.ok(a.usedAtMs <= b.usedAtMs);
        const freed = chosen.reduce((sum, { bytes }) => sum + bytes, 0);
        if (left.length > 0) assert.ok(freed >= need);
        assert.ok(freed - (chosen.at(-1)?.bytes ?? 0) < need || need === 0);
      },
    ),
  );
});
