import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { notFound, unavailable } from '@petri/core';
import { coordinator, node } from '../../test/archipelago.ts';
import { until } from '../../../../test/support/until.ts';
import { InProcessHub } from './in-process.ts';
import { Patience } from './patience.ts';
import type { Transport } from './transport.ts';

const slow = () => unavailable('NATS_UNAVAILABLE', 'NATS: timeout');

/** Whose collections and inboxes are made, but too late for the first who ask. */
function slowAtFirst(transport: Transport, times: number): Transport {
  const late = async <T>(left: { times: number }, made: Promise<T>): Promise<T> => {
    const answer = await made;
    if (left.times-- > 0) throw slow();
    return answer;
  };
  const left = new Map<unknown, { times: number }>(
    ['documents', 'openInbox'].map((name) => [name, { times }]),
  );
  return new Proxy(transport, {
    get: (target, name: keyof Transport) => {
      const method = target[name].bind(target) as (...args: unknown[]) => Promise<unknown>;
      const slowly = left.get(name);
      return slowly === undefined ? method : (...args: unknown[]) => late(slowly, method(...args));
    },
  });
}

suite('a start', () => {
  test('waits for a NATS that is slow, and complains once', async () => {
    const hub = new InProcessHub();
    const leader = await coordinator(slowAtFirst(hub.connect(), 2), 'c');
    const { archipelago, errors } = await node(slowAtFirst(hub.connect(), 2), 'a', [1]);
    await until('it takes part', () => archipelago.host?.plan?.islands.includes('a') === true);
    assert.deepEqual(
      errors.map((error) => (error as Error).message),
      ['starting takes long: NATS: timeout; it is tried again'],
    );
    await archipelago.close();
    await leader.close();
  });

  test('waits for nothing else, nor for ever', async () => {
    const complaints: string[] = [];
    const patience = (ms: number) => new Patience(({ message }) => void complaints.push(message), ms);
    await assert.rejects(
      patience(60_000).with(() => Promise.reject(notFound('inbox', 'a'))),
      { code: 'not_found' },
    );
    assert.deepEqual(complaints, []);
    let asked = 0;
    const never = () => {
      asked++;
      return Promise.reject(slow());
    };
    await assert.rejects(patience(2_000).with(never), { message: 'NATS: timeout' });
    assert.ok(asked > 1);
    assert.equal(complaints.length, 1);
  });
});
