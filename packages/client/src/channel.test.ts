import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { inspect } from 'node:util';
import { credentials, ServerCredentials } from '@grpc/grpc-js';
import { PetriError } from '@petri/core';
import { Certificates, type Pair, WITHOUT_OPENSSL } from '../../../test/support/certificates.ts';
import { fakeNode } from '../test/fake-node.ts';
import { type ChannelSettings, channelTo } from './channel.ts';
import { connect, type ConnectOptions } from './connect.ts';

const TOKEN = 'a-secret-0123456789';

function refusal(address: string, settings: ChannelSettings): PetriError | undefined {
  try {
    channelTo(address, settings);
    return undefined;
  } catch (thrown) {
    assert.ok(thrown instanceof PetriError);
    assert.ok(!inspect(thrown).includes(TOKEN));
    return thrown;
  }
}

suite('a token over plain text', () => {
  const here = [
    '127.0.0.1:1',
    'localhost:1',
    'localhost',
    '[::1]:1',
    'dns:localhost:1',
    'dns:///localhost:1',
  ];
  for (const address of [...here, 'ipv4:127.0.0.1:1,127.0.0.2:1', 'ipv6:[::1]:1', 'unix:/run/petri', '::1'])
    test(`goes to ${address}`, () => assert.equal(refusal(address, { token: TOKEN }), undefined));

  const elsewhere = [
    '10.0.0.1:1',
    'example.com:1',
    'localhost.example.com:1',
    'dns://127.0.0.1/example.com:1',
  ];
  const tricks = ['127.0.0.1.example.com', 'ipv4:127.0.0.1:1,10.0.0.1:1', 'localhost:1@example.com:1', ''];
  for (const address of [
    ...elsewhere,
    ...tricks,
    'dns://localhost/10.0.0.1',
    '[::2]:1',
    'unixx:/a',
    '127.0.0.1:x',
  ]) {
    test(`does not go to "${address}", unless that is allowed`, () => {
      const error = refusal(address, { token: TOKEN });
      assert.deepEqual([error?.code, error?.reason], ['failed_precondition', 'PLAIN_TEXT_TOKEN']);
      assert.equal(refusal(address, { token: TOKEN, allowPlainTextToken: true }), undefined);
      assert.equal(refusal(address, { token: TOKEN, tls: true }), undefined);
      assert.equal(refusal(address, { token: TOKEN, credentials: credentials.createSsl() }), undefined);
      assert.equal(refusal(address, {}), undefined);
    });
  }

  test('does not go through a proxy', () => {
    assert.equal(channelTo('localhost:1', { token: TOKEN }).options['grpc.enable_http_proxy'], 0);
    assert.equal(channelTo('localhost:1', {}).options['grpc.enable_http_proxy'], undefined);
  });
});

suite('settings', () => {
  test('that contradict each other or cannot be used are refused, each with its field', () => {
    const wrong: [settings: ChannelSettings, field: string][] = [
      [{ tls: true, credentials: credentials.createInsecure() }, 'credentials'],
      [{ tls: { cert: 'x' } }, 'tls'],
      [{ tls: { key: 'x' } }, 'tls'],
      [{ tls: { cert: 'x', key: 'y' } }, 'tls'],
      [{ token: '' }, 'token'],
      [{ token: `${TOKEN}\n` }, 'token'],
      [{ token: `${TOKEN}ü` }, 'token'],
      [{ token: `Bearer ${TOKEN}` }, 'token'],
    ];
    for (const [settings, field] of wrong)
      assert.deepEqual(
        refusal('127.0.0.1:1', settings)?.violations.map((violation) => violation.field),
        [field],
        inspect(settings),
      );
  });
});

suite('a token', () => {
  test('goes with every call, of each kind', async () => {
    const seen: unknown[] = [];
    await using node = await fakeNode(
      {
        getSandbox: (_, { metadata }) => {
          seen.push(...metadata.get('authorization'));
          return { sandbox: {} };
        },
        batchRun: async function* (_, { metadata }) {
          seen.push(...metadata.get('authorization'));
          yield {};
        },
      },
      { token: TOKEN },
    );
    await node.petri.sandboxes.get('a');
    await Array.fromAsync(node.petri.sandboxes.batchRun([])).catch(() => undefined);
    assert.deepEqual(seen, [`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]);
  });

  test('is in no error and not to be seen in the client', async () => {
    await using node = await fakeNode({}, { token: TOKEN });
    const error = await node.petri.sandboxes.get('a').catch((thrown: unknown) => thrown);
    assert.ok(error instanceof PetriError);
    const refused = await connect('127.0.0.1:1', { token: TOKEN, connectTimeoutMs: 200 }).catch(
      (thrown: unknown) => thrown,
    );
    assert.ok(refused instanceof PetriError);
    for (const shown of [error, refused, node.petri])
      assert.ok(!inspect(shown, { depth: Infinity, showHidden: true }).includes(TOKEN));
  });
});

suite('TLS', { skip: WITHOUT_OPENSSL }, () => {
  let made: Certificates;
  let ca: Pair;
  let pair: Pair;
  let own: Pair;
  before(() => {
    made = new Certificates();
    ca = made.ca();
    pair = made.server(ca);
    own = made.issue(ca, { subject: '/CN=alice' });
  });
  after(() => made[Symbol.dispose]());

  const serverOf = ({ pem }: Pair, asks = false) =>
    ServerCredentials.createSsl(
      asks ? ca.pem.cert : null,
      [{ cert_chain: pem.cert, private_key: pem.key }],
      asks,
    );
  const handlers = { getSandbox: () => ({ sandbox: {} }) };

  async function reaches(options: () => ConnectOptions, server = serverOf(pair)): Promise<void> {
    await using node = await fakeNode(handlers, { connectTimeoutMs: 5_000, ...options() }, server);
    await node.petri.sandboxes.get('a');
  }

  async function fails(options: ConnectOptions, server: ServerCredentials, why: RegExp): Promise<void> {
    await assert.rejects(
      fakeNode(handlers, { connectTimeoutMs: 2_000, ...options }, server),
      (error: PetriError) => {
        assert.deepEqual([error.code, error.reason], ['unavailable', 'NOT_CONNECTED']);
        assert.match(error.message, why);
        assert.ok(!inspect(error).includes(TOKEN));
        return true;
      },
    );
  }

  test('with a CA, as bytes or text, and a token', async () => {
    await reaches(() => ({ tls: { ca: ca.pem.cert } }));
    await reaches(() => ({ tls: { ca: ca.pem.cert.toString() }, token: TOKEN }));
  });

  test('with a certificate of its own', async () => {
    const { cert, key } = own.pem;
    await reaches(() => ({ tls: { ca: ca.pem.cert, cert, key } }), serverOf(pair, true));
  });

  test('with a certificate for another name, if that is the name to look for', async () => {
    const named = made.issue(ca, { subject: '/CN=x', names: 'DNS:node.example.com' });
    await reaches(() => ({ tls: { ca: ca.pem.cert, serverName: 'node.example.com' } }), serverOf(named));
    await fails({ tls: { ca: ca.pem.cert } }, serverOf(named), /does not match certificate/);
  });

  test('that fails says why', async () => {
    const trusted = { tls: { ca: ca.pem.cert }, token: TOKEN };
    await fails({ tls: true, token: TOKEN }, serverOf(pair), /certificate/);
    await fails(trusted, serverOf(made.server(ca, -1)), /expired/);
    await fails(trusted, serverOf(made.server(made.ca())), /certificate|signature/);
    await fails(trusted, serverOf(pair, true), /: ./);
    await fails(trusted, ServerCredentials.createInsecure(), /: ./);
  });
});
