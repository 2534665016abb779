import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { CpuWindow } from './cpu-window.ts';

const MINUTE = 60_000;
const PART = 1_000;

suite('CpuWindow', () => {
  test('forgets after a minute', () => {
    const window = new CpuWindow();
    window.add(500, 0);
    assert.equal(window.usedUs(MINUTE - 1), 500);
    assert.equal(window.usedUs(MINUTE), 0);
  });

  test('says when there will be room: then there is, and just before there is not', () => {
    const window = new CpuWindow();
    window.add(300, 10_500);
    window.add(300, 20_500);
    assert.equal(window.belowInMs(700, 30_000), 0);
    const first = window.belowInMs(600, 30_000);
    assert.equal(first, 40_000);
    assert.equal(window.belowInMs(300, 30_000), 50_000);
    assert.equal(window.usedUs(30_000 + first - 1), 600);
    assert.equal(window.usedUs(30_000 + first), 300);
  });

  test('never counts what is older than a minute, and always what is younger than 59 seconds', () => {
    const steps = fc.array(fc.record({ after: fc.nat(90_000), us: fc.nat(1_000) }), { maxLength: 100 });
    fc.assert(
      fc.property(steps, (all) => {
        const window = new CpuWindow();
        const used: { at: number; us: number }[] = [];
        let now = 0;
        for (const { after, us } of all) {
          now += after;
          window.add(us, now);
          used.push({ at: now, us });
          const since = (from: number) =>
            used.reduce((sum, each) => (each.at > from ? sum + each.us : sum), 0);
          const counted = window.usedUs(now);
          assert.ok(counted <= since(now - MINUTE), `${counted} counted`);
          assert.ok(counted >= since(now - MINUTE + PART), `${counted} counted`);
        }
      }),
    );
  });
});
