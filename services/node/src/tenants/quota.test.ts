import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseQuota, parseQuotaFile, UNLIMITED } from './quota.ts';

suite('quotas', () => {
  test('are words, in any order; what is not said stays as it was', () => {
    assert.deepEqual(parseQuota([]), UNLIMITED);
    assert.deepEqual(parseQuota(['memory_mib=2', 'sandboxes=3']), {
      ...UNLIMITED,
      sandboxes: 3,
      memoryBytes: 2 * 1024 * 1024,
    });
    const base = { sandboxes: 1, runsInFlight: 2, cpuSecondsPerMinute: 3, memoryBytes: 4 };
    assert.deepEqual(parseQuota(['runs_in_flight=0'], base), { ...base, runsInFlight: 0 });
  });

  test('of a file build on the line for all others, wherever that stands', () => {
    const { others, own } = parseQuotaFile('lab runs_in_flight=7 # big\n\n* sandboxes=5\nspiffe://a/b\n');
    assert.deepEqual(others, { ...UNLIMITED, sandboxes: 5 });
    assert.deepEqual(
      [...own],
      [
        ['lab', { ...others, runsInFlight: 7 }],
        ['spiffe://a/b', others],
      ],
    );
  });

  const wrong: [text: string, message: RegExp][] = [
    ['lab\nlab', /^line 2: there is a line for "lab" already$/],
    ['*\n\n*', /^line 3: there is a line for "\*" already$/],
    ['lab cores=1', /^line 1: "cores=1" is not name=number with one of sandboxes, /],
    ['lab sandboxes', /^line 1: sandboxes must be a whole number from 0 to 4294967295, is ""$/],
    ['lab sandboxes=-1', /is "-1"$/],
    ['lab sandboxes=1.5', /is "1.5"$/],
    ['lab sandboxes=4294967296', /is "4294967296"$/],
    ['lab toString=1', /"toString=1" is not/],
  ];
  for (const [text, message] of wrong)
    test(`${JSON.stringify(text)} is refused`, () => {
      assert.throws(() => parseQuotaFile(text), { message });
    });
});
