import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { MigrationSchema, MigrationState, Verdict } from '@petri/contracts/v1';
import { InProcessHub } from '../transport/in-process.ts';
import type { Transport } from '../transport/transport.ts';
import { Ledger } from './ledger.ts';
import { withMigrant, withVerdict } from './record.ts';

const KEY = { id: 'm', from: 'a' };
const JUDGE = { node: 'n', incarnation: 1n };
const ADMITTED = {
  verdict: Verdict.ADMITTED,
  reason: '',
  message: '',
  admittedAs: 'i',
  latency: durationFromMs(1),
};

/** A connection on which `happening` takes place after documents, or an inbox, were read, and before that is answered. */
function pausing(hub: InProcessHub, happening: () => Promise<void>, after: 'list' | 'inboxState'): Transport {
  const transport = hub.connect();
  if (after === 'inboxState') {
    const inboxState = transport.inboxState.bind(transport);
    transport.inboxState = async (inbox) => {
      const state = await inboxState(inbox);
      await happening();
      return state;
    };
    return transport;
  }
  const documents = transport.documents.bind(transport);
  transport.documents = async (...args) => {
    const inner = await documents(...args);
    const list = async (prefix?: string) => {
      const found = await inner.list(prefix);
      await happening();
      return found;
    };
    return { ...inner, list };
  };
  return transport;
}

/** A migration of one migrant, sent and in the inbox. */
async function sent(hub: InProcessHub) {
  const transport = hub.connect();
  const ledger = await Ledger.open(transport, () => false);
  await transport.openInbox('b', { messages: 1, bytes: 1_000_000, perSender: 1, ttlMs: 60_000 });
  const { sequence } = await transport.send('b', { id: '1', sender: 'a', bytes: new Uint8Array([1]) });
  const record = create(MigrationSchema, { ...KEY, to: 'b', state: MigrationState.SENT });
  await ledger.request(withMigrant(record, 'g', () => ({ sequence: BigInt(sequence) })));
  return { transport, ledger };
}

suite('reports', () => {
  test('one is read alone, by its id', async () => {
    const hub = new InProcessHub();
    await sent(hub);
    const list = () => assert.fail('all were read');
    const reader = await Ledger.open(pausing(hub, list, 'list'), () => false);
    assert.equal((await reader.report('m')).inFlight, 1);
    await assert.rejects(reader.report('other'), { code: 'not_found' });
  });

  test('an id is that of one migration, from whatever island it is asked for', async () => {
    const hub = new InProcessHub();
    const { ledger } = await sent(hub);
    const again = create(MigrationSchema, { ...KEY, to: 'b' });
    assert.equal((await ledger.request(again)).migrants.length, 1);
    await assert.rejects(ledger.request({ ...again, from: 'c' }), { code: 'already_exists' });
    await assert.rejects(ledger.request({ ...again, to: 'c' }), { code: 'already_exists' });
    assert.equal((await ledger.reports()).length, 1);
  });

  test('a migrant that is judged and settled while they are made was not dropped', async () => {
    const hub = new InProcessHub();
    const { transport, ledger } = await sent(hub);
    const settle = async () => {
      await ledger.update(KEY, (now) => withVerdict(now, 'g', 1n, ADMITTED, JUDGE));
      const settled = Promise.withResolvers<void>();
      const receiving = await transport.receive('b', {
        deliver: async () => settled.resolve(),
        dropped: () => undefined,
        failed: () => undefined,
      });
      await settled.promise;
      await receiving.close();
    };
    const reader = await Ledger.open(pausing(hub, settle, 'list'), () => false);
    const [report] = await reader.reports();
    assert.deepEqual([report?.admitted, report?.dropped], [1, 0]);
  });

  for (const after of ['list', 'inboxState'] as const) {
    test(`a migrant that is sent while they are made is in flight, whatever is pushed out then (after ${after})`, async () => {
      const hub = new InProcessHub();
      const { transport, ledger } = await sent(hub);
      const push = async (id: string) => {
        const message = { id, sender: 'a', bytes: new Uint8Array([2]) };
        const { sequence } = await transport.send('b', message);
        await ledger.update(KEY, (now) => withMigrant(now, id, () => ({ sequence: BigInt(sequence) })));
      };
      await push('g2');
      const reader = await Ledger.open(
        pausing(hub, () => push('g3'), after),
        () => false,
      );
      const [report] = await reader.reports();
      const byGenome = report?.migrants.map(({ verdict }) => verdict);
      const [seen, pushedOut] = [Verdict.UNSPECIFIED, Verdict.DROPPED];
      assert.deepEqual(byGenome, [pushedOut, after === 'list' ? pushedOut : seen, seen]);
    });
  }
});
