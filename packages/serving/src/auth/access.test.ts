import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { CallContext, implement } from '@petri/contracts';
import { AdminService } from '@petri/contracts/v1';
import { Caller } from '../../../../test/support/caller.ts';
import { CONFIG, secureEndpoint, THREE_ROLES, TOKENS } from '../../test/secure.ts';
import { createServer, listen } from '../listen.ts';
import { openAccess } from './access.ts';
import type { Identity } from './identity.ts';
import { OPEN_TO_LOOPBACK } from './settings.ts';

const LIST = '/petri.v1.SandboxService/ListSandboxes';
const STATUS = '/petri.v1.AdminService/GetNodeStatus';
const CHECK = '/grpc.health.v1.Health/Check';
const WATCH = '/grpc.health.v1.Health/Watch';
const REFLECTION = [
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
];

suite('a server with tokens', () => {
  const refused: [title: string, authorization: string | undefined, reason: string][] = [
    ['no token', undefined, 'TOKEN_MISSING'],
    ['an empty header', '', 'TOKEN_MISSING'],
    ['another scheme', `Basic ${TOKENS.admin}`, 'TOKEN_MISSING'],
    ['a token without a scheme', TOKENS.admin, 'TOKEN_MISSING'],
    ['a scheme without a token', 'Bearer', 'TOKEN_MISSING'],
    ['two tokens', `Bearer ${TOKENS.admin} ${TOKENS.admin}`, 'TOKEN_MISSING'],
    ['an unknown token', 'Bearer 0123456789abcdef', 'TOKEN_UNKNOWN'],
    ['a token with one more character', `Bearer ${TOKENS.admin}x`, 'TOKEN_UNKNOWN'],
    ['a token with one less', `Bearer ${TOKENS.admin.slice(0, -1)}`, 'TOKEN_UNKNOWN'],
    ['a token in upper case', `Bearer ${TOKENS.admin.toUpperCase()}`, 'TOKEN_UNKNOWN'],
  ];
  for (const [title, authorization, reason] of refused) {
    test(`${title} is UNAUTHENTICATED with a hint, and nothing of what was sent comes back`, async () => {
      await using served = await secureEndpoint({ tokens: THREE_ROLES });
      using caller = new Caller(served.address);
      const error = await caller.call(STATUS, authorization);
      assert.deepEqual([error?.code, error?.reason], ['unauthenticated', reason]);
      assert.deepEqual(error?.metadata, { 'www-authenticate': 'Bearer' });
      const secret = /01234567|token-0/i;
      assert.doesNotMatch(`${error?.message} ${JSON.stringify(error?.metadata)}`, secret);
      assert.deepEqual(served.internal, []);
    });
  }

  test('the scheme may be written in any case', async () => {
    await using served = await secureEndpoint({ tokens: THREE_ROLES });
    using caller = new Caller(served.address);
    for (const scheme of ['Bearer', 'bearer', 'BEARER'])
      assert.equal(await caller.call(LIST, `${scheme} ${TOKENS.reader}`), undefined);
  });

  test('anyone may ask whether it serves; the rest of health, and reflection, are for readers', async () => {
    await using served = await secureEndpoint({ tokens: THREE_ROLES });
    using caller = new Caller(served.address);
    assert.equal(await caller.call(CHECK), undefined);
    assert.equal(await caller.call(CHECK, 'Bearer what-is-this'), undefined);
    assert.equal((await caller.call(WATCH, undefined, { stream: true }))?.code, 'unauthenticated');
    assert.equal(await caller.call(WATCH, `Bearer ${TOKENS.reader}`, { stream: true }), undefined);
    for (const path of REFLECTION) {
      assert.equal((await caller.call(path, undefined, { stream: true }))?.code, 'unauthenticated');
      const answered = await caller.call(path, `Bearer ${TOKENS.reader}`, { stream: true });
      assert.notEqual(answered?.code, 'unauthenticated');
    }
  });

  test('strangers are refused before their message has arrived, however large it is', async () => {
    await using served = await secureEndpoint({ tokens: THREE_ROLES });
    using caller = new Caller(served.address);
    // More than is taken: it would say RESOURCE_EXHAUSTED if it had looked.
    const body = Buffer.alloc(CONFIG.maxMessageBytes * 2);
    assert.equal((await caller.call(LIST, undefined, { body }))?.reason, 'TOKEN_MISSING');
    const admitted = await caller.call(LIST, `Bearer ${TOKENS.reader}`, { body });
    assert.equal(admitted?.code, 'resource_exhausted');
  });
});

test('an open server asks nobody, and does not mind a token', async () => {
  await using served = await secureEndpoint({});
  using caller = new Caller(served.address);
  assert.equal(await caller.call(STATUS), undefined);
  assert.equal(await caller.call(STATUS, 'Bearer 0123456789abcdef'), undefined);
});

suite('a handler', () => {
  /** Who the handler of an RPC says is calling, and the headers that it saw. */
  async function seen(tokens: typeof THREE_ROLES, authorization?: string) {
    const contexts: CallContext[] = [];
    const access = await openAccess(
      { ...OPEN_TO_LOOPBACK, tokens },
      {
        host: CONFIG.host,
        services: [AdminService],
        now: new Date(),
        onInternalError: assert.fail,
        onRefused: () => assert.fail(),
      },
    );
    let identity: Identity | undefined;
    const getNodeStatus = (_: object, context: CallContext) => {
      contexts.push(context);
      identity = access.identityOf(context);
      return {};
    };
    const server = createServer(CONFIG, access.interceptors);
    const { definition, implementation } = implement(AdminService, {
      getNodeStatus,
      collectGarbage: () => ({}),
      getTenants: () => assert.fail(),
      setQuota: () => assert.fail(),
    });
    server.addService(definition, implementation);
    const port = await listen(server, access.credentials, CONFIG);
    using caller = new Caller(`127.0.0.1:${port}`);
    assert.equal(await caller.call(STATUS, authorization), undefined);
    server.forceShutdown();
    return { identity, headers: JSON.stringify(contexts[0]?.metadata.getMap()) };
  }

  test('knows who calls, and never sees the token', async () => {
    const { identity, headers } = await seen(THREE_ROLES, `Bearer ${TOKENS.admin}`);
    assert.deepEqual(identity, { name: 'the-admin', tenant: 'the-admin', role: 'admin', by: 'token' });
    assert.doesNotMatch(headers, /authorization|token/);
  });

  test('of an open server has anyone calling', async () => {
    const { identity } = await seen([]);
    assert.deepEqual(identity, { name: 'anyone', tenant: 'anonymous', role: 'admin', by: 'nothing' });
  });
});
