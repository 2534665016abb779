/** What the identities of a cluster may do on its NATS, and nothing else: on a real server, as it is deployed. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, credsAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { create } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import { MigrationPolicySchema } from '@petri/contracts/v1';
import { connectNats } from '@petri/islands';
import { coordinator, node } from '../packages/islands/test/archipelago.ts';
import { SecureNats, WITHOUT_SECURE_NATS } from './support/secure-nats.ts';
import { until } from './support/until.ts';

const API = '$JS.API';
const bytes = new TextEncoder();

suite('NATS of a cluster', { skip: WITHOUT_SECURE_NATS }, () => {
  let nats: SecureNats;
  let other: SecureNats;
  before(async () => {
    [nats, other] = await Promise.all([
      SecureNats.start('node:a', 'node:b', 'coordinator:c', 'coordinator:d', 'leader:l', 'node:n=east+west'),
      SecureNats.start('node:a'),
    ]);
  });
  after(async () => {
    await Promise.all([nats, other].map((each) => each?.[Symbol.asyncDispose]()));
  });

  const security = (name: string, from = nats) => ({
    credentials: from.credentials(name).trim(),
    tls: { caFile: nats.ca },
  });
  const transport = (name: string, from = nats) =>
    connectNats({ servers: [nats.url], name, replicas: 1, security: security(name, from) });
  /** As somebody who took over a node, and has its credentials. */
  const raw = (name: string, as = name): Promise<NatsConnection> =>
    connect({
      servers: nats.url,
      authenticator: credsAuthenticator(bytes.encode(nats.credentials(as))),
      tls: { caFile: nats.ca },
      inboxPrefix: `_INBOX.${name}`,
      reconnect: false,
    });
  /** A server on a crowded machine takes long to answer. */
  const request = (as: NatsConnection, subject: string, body = '') =>
    as.request(subject, body, { timeout: 20_000 });
  const refuses = (asked: Promise<unknown>, subject: string) =>
    assert.rejects(asked, (thrown: Error) => {
      assert.match(thrown.message, /Permissions Violation/, thrown.message);
      assert.ok(thrown.message.includes(subject), thrown.message);
      return true;
    });

  test('nobody gets in without TLS, without credentials, or with those of somebody else', async () => {
    const { hostname, port } = new URL(nats.url);
    const plain = createConnection(Number(port), hostname);
    let answered = '';
    plain.on('data', (chunk: Buffer) => (answered += chunk.toString()));
    await until('it says who it is', () => answered.includes('"tls_required":true'));
    plain.write('CONNECT {"verbose":true}\r\nPING\r\n');
    plain.on('error', () => undefined);
    await once(plain, 'close');
    assert.doesNotMatch(answered, /PONG/);

    const tls = { tls: { caFile: nats.ca } };
    const without = (options: object) =>
      connectNats({ servers: [nats.url], name: 'a', replicas: 1, security: options });
    await assert.rejects(without(tls), /Authorization Violation/i);
    await assert.rejects(without({ ...tls, user: 'a', pass: 'wrong' }), /Authorization Violation/i);
    await assert.rejects(without(security('a', other)), /Authorization Violation/i);
    await assert.rejects(without({ credentials: nats.credentials('a') }), /certificate/);
  });

  test('a whole migration works, of nodes that may do nothing else, from the first start on', async () => {
    // Before anybody has made an inbox or a bucket.
    const joining = [
      transport('a').then((own) => node(own, 'a', [5])),
      transport('b').then((own) => node(own, 'b', [])),
    ];
    const leader = await coordinator(await transport('c'), 'c');
    const [a, b] = await Promise.all(joining);
    const edges = () => a!.archipelago.host?.plan?.edges.length;
    await until('both are in the plan', () => edges() === 2);
    const ask = (id: string) => a!.archipelago.migrate({ id, from: 'a', to: 'b', population: 'p', count: 1 });
    await ask('first');
    await until('it is admitted', async () => (await b!.archipelago.ledger.report('first')).admitted === 1);
    assert.deepEqual(b!.islands.values('b'), [5]);

    // The standby goes on, and a newcomer needs nothing but its papers.
    const standby = await coordinator(await transport('d'), 'd');
    await leader.close();
    await until('the standby leads', () => standby.coordinator?.leading === true);
    const policy = create(MigrationPolicySchema, { ttl: durationFromMs(77_000) });
    await assert.rejects(a!.archipelago.boards.set({ policy }, undefined), {
      code: 'permission_denied',
      reason: 'SETTINGS_DENIED',
      message: /ask one of them/,
    });
    await standby.boards.set({ policy }, undefined);
    await nats.issue('node:late');
    const late = await node(await transport('late'), 'late', [9]);
    await until('all are in the plan', () => edges() === 3);
    await late.archipelago.migrate({ id: 'late', from: 'late', to: 'b', population: 'p', count: 1 });
    await until('it is admitted', async () => (await b!.archipelago.ledger.report('late')).admitted === 1);
    const manager = await jetstreamManager(await raw('d'), { checkAPI: false });
    await until('the inboxes keep messages as long as was set', async () => {
      const { config } = await manager.streams.info('petri-inbox-a');
      return config.max_age === 77e9;
    });
    for (const { archipelago, errors } of [a!, b!, late]) {
      await archipelago.close();
      // What a slow disk is reason enough for.
      assert.deepEqual(
        errors.filter((error) => !/starting takes long/.test(String(error))),
        [],
      );
    }
    await standby.close();
  });

  test('a node speaks for nobody else, by no way', async () => {
    const a = await raw('a');
    const heard: string[] = [];
    await using listener = await transport('b');
    await listener.subscribe('presence/*', (_, topic) => void heard.push(topic));
    const violations: string[] = [];
    void (async () => {
      for await (const { type, ...event } of a.status()) {
        if (type === 'error' && 'error' in event) violations.push(event.error.message);
      }
    })();
    a.publish('petri.topic.presence.b', 'I am b');
    await until('it is refused', () => violations.some((text) => text.includes('petri.topic.presence.b')));
    // NATS lets anybody choose where an answer goes: here a document that it keeps for a, to where b is heard.
    const document = '$KV.petri-migrations.a.forged';
    await request(a, document, 'I am b');
    a.publish(`${API}.DIRECT.GET.KV_petri-migrations.${document}`, '', { reply: 'petri.topic.presence.b' });
    a.publish('petri.topic.presence.a', 'I am a');
    await until('its own is heard', () => heard.includes('presence/a'));
    assert.deepEqual(
      heard.filter((topic) => topic === 'presence/b'),
      [],
    );
    await refuses(request(a, 'petri.inbox.b.c', 'from c'), 'petri.inbox.b.c');
    await refuses(request(a, '$KV.petri-nodes.incarnations.b', '7'), '$KV.petri-nodes.incarnations.b');
    await a.close();
  });

  test("a node reads nobody else's inbox, nor answers to others", async () => {
    const a = await raw('a');
    const next = { batch: 1, expires: 1e9 };
    for (const [what, body] of [
      [`${API}.CONSUMER.MSG.NEXT.petri-inbox-b.receiver`, next],
      [`${API}.CONSUMER.CREATE.petri-inbox-b.spy`, { stream_name: 'petri-inbox-b', config: { name: 'spy' } }],
      [`${API}.CONSUMER.DURABLE.CREATE.petri-inbox-b.spy`, {}],
      [`${API}.STREAM.MSG.GET.petri-inbox-b`, { seq: 1 }],
      [`${API}.DIRECT.GET.petri-inbox-b`, { seq: 1 }],
      // Whose copy it could read, or which would take what others are sent.
      [`${API}.STREAM.CREATE.mine`, { name: 'mine', mirror: { name: 'petri-inbox-b' } }],
      [`${API}.STREAM.CREATE.petri-inbox-a`, { name: 'petri-inbox-a', subjects: ['petri.>'] }],
      [`${API}.STREAM.UPDATE.petri-inbox-a`, { name: 'petri-inbox-a', sources: [{ name: 'petri-inbox-b' }] }],
      [`${API}.STREAM.PURGE.petri-inbox-b`, {}],
      [`${API}.STREAM.DELETE.petri-inbox-b`, {}],
      ['$JS.ACK.petri-inbox-b.receiver.1.1.1.1.1', '+ACK'],
    ] as const) {
      await refuses(request(a, what, JSON.stringify(body)), what);
    }
    for (const subject of ['petri.inbox.b.>', '_INBOX.b.>', '_INBOX.>', '>', '$KV.>', `${API}.>`]) {
      const subscription = a.subscribe(subject);
      const heard = (async () => {
        for await (const _ of subscription) assert.fail('it hears something');
      })();
      await refuses(heard, subject);
    }
    await a.close();
  });

  test('a node that may not lead writes no lease, no settings and no plan; a coordinator and one that may do', async () => {
    const [a, l, c] = await Promise.all([raw('a'), raw('l'), raw('c')]);
    for (const key of ['lease.leader', 'settings.now', 'plan.now']) {
      const subject = `$KV.petri-coordination.${key}`;
      await refuses(request(a, subject, 'mine'), subject);
    }
    await using documents = await transport('a');
    const coordination = await documents.documents('coordination');
    await assert.rejects(coordination.put('lease/leader', bytes.encode('x'), 0), {
      code: 'permission_denied',
      reason: 'NATS_DENIED',
    });
    for (const may of [l, c]) await request(may, '$KV.petri-coordination.test', 'x');
    // Who leads still speaks for no node, and sends nothing in the name of an island.
    for (const subject of ['petri.topic.presence.a', 'petri.inbox.b.a'])
      await refuses(request(c, subject, 'x'), subject);
    await Promise.all([a, l, c].map((each) => each.close()));
  });

  test('a consumer made for what one may watch delivers that, and nothing beside it', async () => {
    const a = await raw('a');
    const subject = `${API}.CONSUMER.CREATE.KV_petri-migrations.w.$KV.petri-migrations.of.a.>`;
    const config = { name: 'w', filter_subject: '$KV.petri-migrations.>', ack_policy: 'none' };
    const answer = await request(a, subject, JSON.stringify({ stream_name: 'KV_petri-migrations', config }));
    assert.match(answer.string(), /"error".*filter/);
    await a.close();
  });

  test('a node with islands of its own sends and receives for each of them', async () => {
    const n = await raw('n');
    for (const island of ['east', 'west']) {
      await request(n, `petri.inbox.b.${island}`, 'x');
      const watching = `${API}.CONSUMER.CREATE.KV_petri-migrations.w-${island}.$KV.petri-migrations.of.${island}.>`;
      const answer = await request(n, watching, '{}');
      assert.doesNotMatch(answer.string(), /Permissions/);
    }
    await refuses(request(n, 'petri.inbox.b.n', 'x'), 'petri.inbox.b.n');
    await n.close();
  });
});
