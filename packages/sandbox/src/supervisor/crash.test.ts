import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { type Crash, crashVerdict } from './crash.ts';
import type { JobRequest } from './job.ts';
import { Output } from './output.ts';

const MiB = 1024 * 1024;
const ABORTED: Crash = {
  code: null,
  signal: 'SIGABRT',
  sentence: undefined,
  wallMs: 10,
  printed: '',
  starved: false,
  grownBytes: 0,
};
const KILLED: Crash = { ...ABORTED, signal: 'SIGKILL' };
const victim = () => ({ crashes: 0, request: { memoryBytes: 32 * MiB } as JobRequest });
const outcomes = (crash: Crash, times: number) => {
  const run = victim();
  return Array.from({ length: times }, () => crashVerdict(run, crash)?.outcome);
};

suite('the end of a worker', () => {
  test('is a run’s that V8 says has taken all memory', () => {
    const printed = 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory';
    assert.deepEqual(outcomes({ ...ABORTED, printed }, 1), ['MEMORY_LIMIT']);
  });

  test('is not, for what was printed before the run began', () => {
    const output = new Output();
    output.add('out of memory', 10);
    output.add('Segmentation fault', 20);
    assert.equal(output.since(), 'out of memorySegmentation fault');
    assert.equal(output.since(15), 'Segmentation fault');
    assert.deepEqual(outcomes({ ...ABORTED, printed: output.since(15) }, 2), [undefined, 'CRASHED']);
  });

  test('is believed to be a run’s the second time; if somebody killed it, the third', () => {
    assert.deepEqual(outcomes(ABORTED, 2), [undefined, 'CRASHED']);
    assert.deepEqual(outcomes(KILLED, 3), [undefined, undefined, 'CRASHED']);
  });

  test('by the sentinel is a run’s that was late, and nobody’s if the worker was too large', () => {
    assert.deepEqual(outcomes({ ...KILLED, sentence: { why: 'late', taskId: 1 } }, 1), ['TIMEOUT']);
    assert.deepEqual(
      outcomes({ ...KILLED, sentence: { why: 'large', taskId: 1 } }, 5),
      Array(5).fill(undefined),
    );
  });

  test('by the kernel, short of memory, is a run’s only if it was that which took it', () => {
    assert.deepEqual(outcomes({ ...KILLED, starved: true }, 5), Array(5).fill(undefined));
    const guilty = { ...KILLED, starved: true, grownBytes: 64 * MiB };
    assert.deepEqual(outcomes(guilty, 3), [undefined, undefined, 'CRASHED']);
  });
});

test('of what a process printed the last is kept', () => {
  const output = new Output();
  for (let n = 0; n < 10_000; n++) output.add(`line ${n}\n`, n);
  assert.ok(output.since().length <= 8_192);
  assert.ok(output.since().endsWith('line 9999\n'));
  output.add('x'.repeat(100_000), 1);
  assert.equal(output.since(), 'x'.repeat(8_192));
});
