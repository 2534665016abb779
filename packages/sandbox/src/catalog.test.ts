import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { Catalog } from './catalog.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { SandboxRecord } from './record.ts';
import { ModuleTable } from './versions.ts';

function record(id: string, population = '', createdAtMs = 0): SandboxRecord {
  const identity = {
    id,
    tenant: 'lab',
    isolation: 'ISOLATE' as const,
    securityProfile: 'MEDIUM' as const,
    population,
    labels: {},
    createdAtMs,
  };
  return new SandboxRecord(identity, new ModuleTable(), DEFAULT_LIMITS, '{}');
}

const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,6}$/);
const ids = fc.uniqueArray(id, { maxLength: 40 });
const inOrder = (left: string, right: string) => (left < right ? -1 : 1);

/** Ids of all pages, one after another. */
function pages(catalog: Catalog, pageSize: number, between: () => void = () => {}): string[] {
  const seen: string[] = [];
  let pageToken = '';
  do {
    const page = catalog.list({ pageSize, pageToken }, 0);
    seen.push(...page.sandboxes.map((sandbox) => sandbox.id));
    ({ nextPageToken: pageToken } = page);
    between();
  } while (pageToken !== '');
  return seen;
}

suite('the pages of a catalog', () => {
  test('are complete, in order and without repeats', () => {
    fc.assert(
      fc.property(ids, fc.integer({ min: 1, max: 50 }), (given, pageSize) => {
        const catalog = new Catalog();
        for (const each of given) catalog.add(record(each));
        assert.deepEqual(pages(catalog, pageSize), [...given].sort(inOrder));
        assert.equal(catalog.list({ pageSize: 1 }, 0).totalSize, given.length);
      }),
    );
  });

  test('lose and repeat nothing that stays while others come and go', () => {
    fc.assert(
      fc.property(ids, ids, fc.integer({ min: 1, max: 5 }), (staying, passing, pageSize) => {
        const catalog = new Catalog();
        const transient = passing.filter((each) => !staying.includes(each)).map((each) => record(each));
        for (const each of staying) catalog.add(record(each));
        let turn = 0;
        const seen = pages(catalog, pageSize, () => {
          const next = transient[turn++ % Math.max(1, transient.length)];
          if (next === undefined) return;
          if (catalog.has(next.identity.id)) catalog.remove(next);
          else catalog.add(next);
        });
        assert.equal(new Set(seen).size, seen.length);
        assert.deepEqual(
          seen.filter((each) => staying.includes(each)),
          [...staying].sort(inOrder),
        );
      }),
    );
  });

  test('hold only what the filter wants', () => {
    const catalog = new Catalog();
    for (let n = 0; n < 30; n++) catalog.add(record(`s-${n}`, n % 3 === 0 ? 'third' : 'other'));
    const page = catalog.list({ population: 'third', pageSize: 100 }, 0);
    assert.equal(page.totalSize, 10);
    assert.ok(page.sandboxes.every(({ population }) => population === 'third'));
    assert.throws(() => catalog.list({ pageToken: 'x' }, 0), { code: 'invalid_argument' });
  });
});

test('the list of a catalog is of those whose age lies between the bounds, which count themselves', () => {
  const ages = fc.uniqueArray(fc.nat(1_000), { maxLength: 20 });
  const bound = fc.option(fc.nat(1_000), { nil: undefined });
  fc.assert(
    fc.property(ages, bound, bound, (given, minAgeMs, maxAgeMs) => {
      const catalog = new Catalog();
      const now = 5_000;
      for (const age of given) catalog.add(record(`aged-${age}`, '', now - age));
      const query = {
        ...(minAgeMs === undefined ? {} : { minAgeMs }),
        ...(maxAgeMs === undefined ? {} : { maxAgeMs }),
      };
      assert.deepEqual(
        new Set(catalog.list(query, now).sandboxes.map((sandbox) => sandbox.id)),
        new Set(
          given
            .filter((age) => age >= (minAgeMs ?? 0) && age <= (maxAgeMs ?? Infinity))
            .map((age) => `aged-${age}`),
        ),
      );
    }),
  );
});
