import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { until } from '../../../../test/support/until.ts';
import { findConfinement } from './confinement/confinement.ts';
import { NEEDED } from './launch.ts';
import { Roster } from './roster.ts';
import { Sentinel } from './sentinel.ts';
import { workerScript } from './worker-script.ts';

const MiB = 1024 * 1024;

suite('a roster', () => {
  test('gives away nobody who is gone, though it was not told yet', async () => {
    const [script, confinement] = await Promise.all([workerScript(), findConfinement(NEEDED)]);
    const options = {
      script,
      confinement,
      warmRealms: 0,
      warmBytes: 16 * MiB,
      capacity: 10,
      wasmPages: 16,
    };
    const sentinel = new Sentinel(512 * MiB);
    const roster = new Roster(1, options, sentinel);
    try {
      roster.fill();
      await until('one waits', () => roster.waiting.length === 1, 30_000);
      const [spare] = roster.waiting;
      // As when another worker ends in the same turn, and has to be replaced.
      let taken: ReturnType<Roster['take']> | undefined;
      spare!.attach({ message: () => {}, exit: () => void (taken = roster.take()) });
      process.kill(spare!.pid, 'SIGKILL');
      await spare!.exited;
      const worker = await taken!;
      assert.notEqual(worker.pid, spare!.pid);
      assert.equal(worker.ended, false);
      await worker.kill();
    } finally {
      await roster.close();
      await sentinel.close();
    }
  });
});
