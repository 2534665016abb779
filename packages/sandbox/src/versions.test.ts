import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { PetriError } from '@petri/core';
import fc from 'fast-check';
import { ModuleTable } from './versions.ts';

const NAMES = ['main', 'a', 'b'];

type Change =
  | { kind: 'load'; name: string; text: number }
  | { kind: 'remove'; name: string }
  | { kind: 'rollback'; name: string; version: number };

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('load' as const),
      name: fc.constantFrom(...NAMES),
      text: fc.nat({ max: 5 }),
    }),
  },
  fc.record({ kind: fc.constant('remove' as const), name: fc.constantFrom('a', 'b') }),
  fc.record({
    kind: fc.constant('rollback' as const),
    name: fc.constantFrom(...NAMES),
    version: fc.nat({ max: 12 }),
  }),
);

/** Does a change; false if it was refused. */
function apply(table: ModuleTable, given: Change, keep: number, atMs: number): boolean {
  try {
    const draft =
      given.kind === 'rollback'
        ? table.rollback(given.name, given.version)
        : table.draft(
            given.kind === 'load'
              ? [{ name: given.name, code: { language: 'javascript', source: `${given.text}` } }]
              : [],
            given.kind === 'remove' ? [given.name] : [],
            'main',
            atMs,
          );
    if (draft.changed) table.commit(draft, keep);
    return draft.changed;
  } catch (thrown) {
    assert.ok(thrown instanceof PetriError, String(thrown));
    return false;
  }
}

suite('a module table', () => {
  test('never uses a version twice, keeps no more than it should, and always what is active', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (changes, keep) => {
        const table = new ModuleTable();
        const codeOf = new Map<string, string>();
        for (const [at, given] of [{ kind: 'load' as const, name: 'main', text: 0 }, ...changes].entries()) {
          apply(table, given, keep, at);
          for (const { module, activeVersion, totalVersions, versions } of table.histories) {
            // The active one stays besides when it is older than what is kept.
            assert.ok(versions.length <= keep + 1, `${versions.length} kept of ${keep}`);
            const numbers = versions.map(({ version }) => version);
            assert.deepEqual(
              numbers,
              [...new Set(numbers)].sort((left, right) => right - left),
            );
            assert.ok(numbers.every((version) => version >= 1 && version <= totalVersions));
            if (activeVersion > 0)
              assert.ok(numbers.includes(activeVersion), `${module}@${activeVersion} is gone`);
            for (const { version, sha256, active } of versions) {
              const key = `${module}@${version}`;
              assert.equal(codeOf.get(key) ?? sha256, sha256, `${key} is other code now`);
              codeOf.set(key, sha256);
              assert.equal(active, version === activeVersion);
            }
          }
          assert.ok(table.current.modules.has('main'));
        }
      }),
      { numRuns: 200 },
    );
  });

  test('changes nothing by a draft that is not committed', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 20 }), change, (changes, last) => {
        const table = new ModuleTable();
        for (const [at, given] of changes.entries()) apply(table, given, 3, at);
        const before = structuredClone(table.histories);
        try {
          if (last.kind === 'rollback') table.rollback(last.name, last.version);
          else table.draft([{ name: last.name, code: { language: 'javascript', source: 'new' } }], [], '', 0);
        } catch {
          // Refused: that changes nothing either.
        }
        assert.deepEqual(table.histories, before);
      }),
    );
  });

  test('is the same after it was restored from its histories', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        const table = new ModuleTable();
        for (const [at, given] of changes.entries()) apply(table, given, 4, at);
        const copy = ModuleTable.restore(table.entry, table.histories);
        assert.deepEqual(copy.histories, table.histories);
        assert.deepEqual(copy.current, table.current);
      }),
    );
  });
});
