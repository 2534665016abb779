import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { connect, type ConnectOptions } from '@petri/client';
import { loadConfig, startNode } from '@petri/service-node';
import { EnvReader } from '@petri/core';
import { Certificates, type Pair, WITHOUT_OPENSSL } from './support/certificates.ts';

const [READER, OPERATOR, ADMIN] = ['reader-0123456789', 'operator-0123456789', 'admin-0123456789'];

suite('a node with TLS and tokens, and clients with theirs', { skip: WITHOUT_OPENSSL }, () => {
  let made: Certificates;
  let ca: Pair;
  let env: Record<string, string>;
  before(() => {
    made = new Certificates();
    ca = made.ca();
    const { cert, key } = made.server(ca);
    const tokens = made.file(`reader ${READER} ann@lab\noperator ${OPERATOR} bob@lab\nadmin ${ADMIN} eve\n`);
    env = {
      PETRI_PORT: '0',
      PETRI_WORKERS: '1',
      PETRI_SPARES: '0',
      PETRI_TLS_CERT: cert,
      PETRI_TLS_KEY: key,
      PETRI_TOKENS_FILE: tokens,
    };
  });
  after(() => made[Symbol.dispose]());

  test('each does what its role allows, and is told what it lacks', async () => {
    await using node = await startNode(loadConfig(new EnvReader(env)));
    const as = (token: string) => connect(node.address, { token, tls: { ca: ca.pem.cert } });
    await using reader = await as(READER);
    await using operator = await as(OPERATOR);
    await using admin = await as(ADMIN);
    await reader.waitUntilServing();

    await operator.sandboxes.create({ id: 'a', genome: 'export const f = (x) => x * x;' });
    assert.equal(await operator.sandboxes.call('a', 'f', 7), 49);
    assert.equal((await reader.sandboxes.get('a')).id, 'a');
    const low = { code: 'permission_denied', reason: 'ROLE_TOO_LOW' } as const;
    await assert.rejects(reader.sandboxes.call('a', 'f', 7), {
      ...low,
      message: '/petri.v1.SandboxService/Run needs the role operator; "ann@lab" is reader',
    });
    await assert.rejects(reader.sandboxes.destroy('a'), low);
    await assert.rejects(operator.admin.status(), low);
    assert.equal((await admin.admin.status()).workers.length, 1);

    await using nobody = await connect(node.address, { tls: { ca: ca.pem.cert } });
    await assert.rejects(nobody.sandboxes.get('a'), { code: 'unauthenticated', reason: 'TOKEN_MISSING' });
    await assert.rejects(nobody.waitUntilServing(), { code: 'unauthenticated' });
  });

  test('a node that asks for certificates takes the client with one', async () => {
    const config = loadConfig(new EnvReader({ ...env, PETRI_TOKENS_FILE: '', PETRI_TLS_CLIENT_CA: ca.cert }));
    await using node = await startNode(config);
    const { cert, key } = made.issue(ca, { subject: '/CN=carol' }).pem;
    const options: ConnectOptions = { tls: { ca: ca.pem.cert, cert, key } };
    await using carol = await connect(node.address, options);
    await carol.sandboxes.create({ id: 'a' });
    await assert.rejects(carol.admin.status(), /"carol" is operator$/);
    await assert.rejects(connect(node.address, { tls: { ca: ca.pem.cert }, connectTimeoutMs: 500 }), {
      reason: 'NOT_CONNECTED',
    });
  });
});
