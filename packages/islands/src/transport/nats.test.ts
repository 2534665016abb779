import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { startNatsServer, WITHOUT_NATS } from '../../../../test/support/nats-server.ts';
import { until } from '../../../../test/support/until.ts';
import { transportCompliance } from '../../test/transport-compliance.ts';
import { connectNats } from './nats.ts';

const server = WITHOUT_NATS ? undefined : await startNatsServer();
after(() => server?.[Symbol.asyncDispose]());

const connect = () => connectNats({ servers: [server!.url], name: 'test', replicas: 1, security: {} });

transportCompliance('NATS', WITHOUT_NATS, connect);

suite('NATS', { skip: WITHOUT_NATS }, () => {
  test('what was acknowledged outlives the server, and subscriptions go on after it', async () => {
    await using own = await startNatsServer();
    const options = { servers: [own.url], name: 'test', replicas: 1, security: {} } as const;
    await using transport = await connectNats(options);
    await transport.openInbox('island', { messages: 10, bytes: 1_000_000, perSender: 10, ttlMs: 60_000 });
    const documents = await transport.documents('topology');
    const changes: string[] = [];
    const heard: string[] = [];
    const received: number[] = [];
    await documents.watch('', ({ key }) => void changes.push(key));
    await transport.subscribe('presence', () => void heard.push('beat'));
    await transport.receive('island', {
      deliver: async ({ sequence }) => void received.push(sequence),
      dropped: () => assert.fail('nothing was dropped'),
      failed: () => undefined,
    });
    const bytes = new Uint8Array([1]);
    await transport.send('island', { id: '1', sender: 's', bytes });
    await documents.put('ring', bytes, 0);
    await own.kill();
    await own.restart();
    await until('a message is taken again', async () => {
      const sent = transport.send('island', { id: '2', sender: 's', bytes });
      return sent.then(
        () => true,
        () => false,
      );
    });
    await until('both messages are received', () => new Set(received).size === 2, 15_000);
    assert.equal((await documents.get('ring'))?.bytes[0], 1);
    transport.publish('presence', bytes);
    await until('the subscription hears', () => heard.length === 1);
    await documents.put('star', bytes, 0);
    await until('the watch is told', () => changes.includes('star'), 15_000);
  });

  test('refuses for good what the server will never take', async () => {
    await using own = await startNatsServer();
    await using transport = await connectNats({
      servers: [own.url],
      name: 'test',
      replicas: 1,
      security: {},
    });
    await transport.openInbox('island', { messages: 10, bytes: 1_000_000, perSender: 10, ttlMs: 60_000 });
    const large = { id: '1', sender: 's', bytes: new Uint8Array(2 ** 20) };
    await assert.rejects(transport.send('island', large), {
      code: 'invalid_argument',
      reason: 'MESSAGE_TOO_LARGE',
    });
    const endless = { messages: 10, bytes: 1_000_000, perSender: 10, ttlMs: 1 };
    await assert.rejects(transport.openInbox('island', endless), { code: 'failed_precondition' });
  });

  test('says that there is no server', async () => {
    const nobody = connectNats({ servers: ['nats://127.0.0.1:1'], name: 'test', replicas: 1, security: {} });
    await assert.rejects(nobody, /no NATS with JetStream at nats:\/\/127.0.0.1:1/);
  });
});
