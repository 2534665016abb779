import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { LifeCycle, type Part } from './life-cycle.ts';

function recorder() {
  const log: string[] = [];
  const part = (name: string, fails: 'start' | 'stop' | 'never' = 'never'): Part => ({
    name,
    start: async () => {
      log.push(`+${name}`);
      if (fails === 'start') throw new Error(`${name} will not start`);
    },
    stop: async () => {
      log.push(`-${name}`);
      if (fails === 'stop') throw new Error(`${name} will not stop`);
    },
  });
  return { log, part };
}

suite('LifeCycle', () => {
  test('starts in order and stops in reverse', async () => {
    const { log, part } = recorder();
    const cycle = new LifeCycle().add(part('a')).add(part('b')).add({ name: 'bare' });
    await cycle.start();
    await cycle.close();
    assert.deepEqual(log, ['+a', '+b', '-b', '-a']);
  });

  test('start and close are idempotent', async () => {
    const { log, part } = recorder();
    const cycle = new LifeCycle().add(part('a'));
    await Promise.all([cycle.start(), cycle.start()]);
    await Promise.all([cycle.close(), cycle.close()]);
    await cycle.close();
    assert.deepEqual(log, ['+a', '-a']);
  });

  test('closing before the start keeps everything from starting', async () => {
    const { log, part } = recorder();
    const cycle = new LifeCycle().add(part('a'));
    await cycle.close();
    await assert.rejects(cycle.start(), /closed before "a"/);
    assert.deepEqual(log, []);
  });

  test('closing during the start stops what was begun and starts no more', async () => {
    const { log, part } = recorder();
    const gate = Promise.withResolvers<void>();
    const cycle = new LifeCycle().add({ ...part('a'), start: () => gate.promise }).add(part('b'));
    const started = cycle.start();
    const closed = cycle.close();
    gate.resolve();
    await assert.rejects(started, /closed before "b"/);
    await closed;
    assert.deepEqual(log, ['-a']);
  });

  test('a part that fails to start is stopped with those before it', async () => {
    const { log, part } = recorder();
    const cycle = new LifeCycle().add(part('a')).add(part('b', 'start')).add(part('c'));
    await assert.rejects(cycle.start(), /b will not start/);
    assert.deepEqual(log, ['+a', '+b', '-b', '-a']);
    await cycle.close();
    assert.equal(log.length, 4);
  });

  test('every stop error is kept and every part is stopped', async () => {
    const { log, part } = recorder();
    const cycle = new LifeCycle().add(part('a', 'stop')).add(part('b')).add(part('c', 'stop'));
    await cycle.start();
    await assert.rejects(cycle.close(), (error: AggregateError) => {
      assert.deepEqual(
        error.errors.map((each: Error) => each.message),
        ['"c" failed to stop', '"a" failed to stop'],
      );
      return true;
    });
    assert.deepEqual(log.slice(3), ['-c', '-b', '-a']);
  });

  test('await using closes it', async () => {
    const { log, part } = recorder();
    {
      await using cycle = new LifeCycle().add(part('a'));
      await cycle.start();
    }
    assert.deepEqual(log, ['+a', '-a']);
  });
});
