import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { ValueSchema } from '@bufbuild/protobuf/wkt';
import { fromValue, toValue } from '@petri/contracts';
import { Outcome } from '@petri/contracts/v1';
import type { PetriError } from '@petri/core';
import { completed, RECEIPT } from '../../test/fake-runtime.ts';
import { call } from '../../test/requests.ts';
import { fieldsOf, testNode } from '../../test/start.ts';

suite('Run', () => {
  test('maps a call with everything that is given', async () => {
    await using node = await testNode({ run: async () => completed('{"y":2}') });
    const { result } = await node.client.run({
      id: 'a',
      spec: {
        ...call('f', 1, { x: null }),
        timeoutMs: 5,
        cpuTimeMs: 6,
        determinism: { seed: 7, startTime: { seconds: 8n } },
      },
    });
    assert.deepEqual(node.runtime.calls[0]?.slice(0, 3), [
      'run',
      'a',
      {
        target: { kind: 'call', module: '', function: 'f', argumentsJson: '[1,{"x":null}]' },
        timeoutMs: 5,
        cpuTimeMs: 6,
        determinism: { seed: 7, startTimeMs: 8_000 },
      },
    ]);
    assert.equal(result?.outcome, Outcome.COMPLETED);
    assert.deepEqual(fromValue(result.value), { y: 2 });
    assert.partialDeepStrictEqual(result.receipt, { wallUs: 10, workerPid: 4711, attempt: 1 });
    assert.deepEqual([result.error, result.logs], [undefined, undefined]);
  });

  test('defaults: the default export, the entry module, a fixed start of the virtual clock', async () => {
    await using node = await testNode({ run: async () => completed('null') });
    await node.client.run({ id: 'a', spec: { target: { case: 'call', value: {} }, determinism: {} } });
    assert.deepEqual(node.runtime.calls[0]?.[2], {
      target: { kind: 'call', module: '', function: 'default', argumentsJson: '[]' },
      determinism: { seed: 0, startTimeMs: Date.UTC(2000, 0) },
    });
  });

  test('a guest failure is an answer with its error, logs and reason', async () => {
    const error = { name: 'TypeError', message: 'no', stack: 'f (main:1:2)', path: '' };
    const logs = { lines: [{ level: 'warn' as const, text: 'careful' }], dropped: 2 };
    const receipt = { ...RECEIPT, reason: 'threw', workerLost: true };
    await using node = await testNode({ run: async () => ({ outcome: 'THREW', error, logs, receipt }) });
    const { result } = await node.client.run({
      id: 'a',
      spec: { target: { case: 'expression', value: '1' } },
    });
    assert.partialDeepStrictEqual(result, {
      outcome: Outcome.THREW,
      error,
      logs: { lines: [{ level: 3, text: 'careful' }], dropped: 2 },
      receipt: { reason: 'threw', workerLost: true },
    });
    assert.equal(result?.value, undefined);
  });

  test('all that is wrong is reported at once', async () => {
    await using node = await testNode();
    assert.deepEqual(await fieldsOf(node.client.run({})), ['id', 'spec']);
    assert.deepEqual(await fieldsOf(node.client.run({ id: 'a', spec: {} })), ['spec.target']);
    const expression = { target: { case: 'expression' as const, value: ' ' } };
    assert.deepEqual(await fieldsOf(node.client.run({ id: 'a', spec: expression })), ['spec.expression']);
    const bad = {
      target: {
        case: 'call' as const,
        value: { module: '-', arguments: [toValue(1, ''), create(ValueSchema)] },
      },
      timeoutMs: 0,
      cpuTimeMs: 0,
    };
    assert.deepEqual(await fieldsOf(node.client.run({ id: 'a', spec: bad })), [
      'spec.call.module',
      'spec.call.arguments[1]',
      'spec.timeout_ms',
      'spec.cpu_time_ms',
    ]);
  });

  test('a cancellation reaches the runtime', async () => {
    const started = Promise.withResolvers<void>();
    const aborted = Promise.withResolvers<PetriError>();
    await using node = await testNode({
      run: (_id, _spec, { signal } = {}) =>
        new Promise((_, reject) => {
          signal?.addEventListener('abort', () => {
            aborted.resolve(signal.reason as PetriError);
            reject(signal.reason as Error);
          });
          started.resolve();
        }),
    });
    const abort = new AbortController();
    const running = node.client.run({ id: 'a', spec: call('f') }, { signal: abort.signal });
    await started.promise;
    abort.abort();
    await assert.rejects(running, { code: 'cancelled' });
    assert.equal((await aborted.promise).code, 'cancelled');
    await assert.rejects(node.client.run({ id: 'a', spec: call('f') }, { timeoutMs: 30 }), {
      code: 'deadline_exceeded',
    });
  });

  test('a fault of ours is INTERNAL, and the node is told of it', async () => {
    const bug = new Error('bug');
    await using node = await testNode({ run: () => Promise.reject(bug) });
    await assert.rejects(node.client.run({ id: 'a', spec: call('f') }), { code: 'internal' });
    assert.equal(node.internal[0]?.cause, bug);
  });
});
