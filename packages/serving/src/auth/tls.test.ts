import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { after, before, suite, test } from 'node:test';
import tls from 'node:tls';
import { credentials } from '@grpc/grpc-js';
import type { PetriError } from '@petri/core';
import { type Pair, Certificates, WITHOUT_OPENSSL } from '../../../../test/support/certificates.ts';
import { Caller } from '../../../../test/support/caller.ts';
import { secureEndpoint, type TestEndpoint, THREE_ROLES, TOKENS } from '../../test/secure.ts';
import type { SecurityConfig, TlsFiles } from './settings.ts';

const LIST = '/petri.v1.SandboxService/ListSandboxes';
const DESTROY = '/petri.v1.SandboxService/DestroySandbox';
const STATUS = '/petri.v1.AdminService/GetNodeStatus';
const CHECK = '/grpc.health.v1.Health/Check';

suite('TLS', { skip: WITHOUT_OPENSSL }, () => {
  let made: Certificates;
  let ca: Pair;
  let otherCa: Pair;
  let server: Pair;
  before(() => {
    made = new Certificates();
    ca = made.ca();
    otherCa = made.ca('Another CA');
    server = made.server(ca);
  });
  after(() => made[Symbol.dispose]());

  const files = (more: Partial<TlsFiles> = {}): TlsFiles => ({ cert: server.cert, key: server.key, ...more });
  const start = (security: Partial<SecurityConfig> = {}): Promise<TestEndpoint> =>
    secureEndpoint({ tls: files(), ...security });

  /** Whoever has this certificate, or none. */
  const caller = ({ address }: TestEndpoint, own?: Pair, trusts = ca): Caller =>
    new Caller(address, credentials.createSsl(trusts.pem.cert, own?.pem.key, own?.pem.cert));

  suite('a server with a certificate', () => {
    test('serves those who trust its CA, with their tokens', async () => {
      await using served = await start({ tokens: THREE_ROLES });
      using known = caller(served);
      assert.equal(await known.call(LIST, `Bearer ${TOKENS.reader}`), undefined);
      assert.equal((await known.call(LIST))?.reason, 'TOKEN_MISSING');
      assert.equal((await known.call(STATUS, `Bearer ${TOKENS.operator}`))?.reason, 'ROLE_TOO_LOW');
      assert.equal(await known.call(CHECK), undefined);
    });

    test('is not trusted by those who trust another CA, or have its name wrong', async () => {
      await using served = await start();
      using stranger = caller(served, undefined, otherCa);
      const error = await stranger.call(CHECK);
      assert.equal(error?.code, 'unavailable');
      assert.match(error?.message ?? '', /certificate/);
    });

    test('does not understand plain text', async () => {
      await using served = await start();
      using plain = new Caller(served.address);
      assert.equal((await plain.call(CHECK))?.code, 'unavailable');
      const socket = connectSocket(served.port, '127.0.0.1');
      socket.end('GET / HTTP/1.1\r\n\r\n');
      await once(socket.resume(), 'close');
      using known = caller(served);
      assert.equal(await known.call(CHECK), undefined);
    });

    test('speaks TLS 1.2 and 1.3, and nothing older', async () => {
      await using served = await start();
      const speak = (version: tls.SecureVersion) =>
        new Promise<string>((resolve) => {
          const { port } = served;
          const options = { port, host: '127.0.0.1', ca: ca.pem.cert, ALPNProtocols: ['h2'] };
          // OpenSSL has nothing older at its usual security level.
          const only = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' };
          const socket = tls.connect({ ...options, ...only });
          socket.once('secureConnect', () => {
            resolve(socket.getProtocol() ?? 'none');
            socket.destroy();
          });
          socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'an error'));
        });
      assert.equal(await speak('TLSv1.3'), 'TLSv1.3');
      assert.equal(await speak('TLSv1.2'), 'TLSv1.2');
      for (const old of ['TLSv1.1', 'TLSv1'] as const)
        assert.equal(await speak(old), 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', old);
    });
  });

  suite('a server that asks for certificates', () => {
    const mutual = (security: Partial<SecurityConfig> = {}) =>
      start({ tls: files({ clientCa: ca.cert }), ...security });
    const alice = () => made.issue(ca, { subject: '/CN=alice' });

    test('ends the handshake with who has none, another CA, a CA of the same name or an expired one', async () => {
      await using served = await mutual();
      const twin = made.ca();
      const wrong: [title: string, own: Pair | undefined][] = [
        ['none', undefined],
        ['another CA', made.issue(otherCa, { subject: '/CN=alice' })],
        ['a CA of the same name', made.issue(twin, { subject: '/CN=alice' })],
        ['expired', made.issue(ca, { subject: '/CN=alice', days: -1 })],
        ['signed by itself', made.ca('alice')],
      ];
      for (const [title, own] of wrong) {
        using stranger = caller(served, own);
        assert.equal((await stranger.call(CHECK))?.code, 'unavailable', title);
      }
      using known = caller(served, alice());
      assert.equal(await known.call(CHECK), undefined);
    });

    test('takes every one of its CA for an operator, if nothing says more', async () => {
      await using served = await mutual();
      using known = caller(served, alice());
      assert.equal(await known.call(LIST), undefined);
      assert.equal(await known.call(DESTROY), undefined);
      const tooMuch = await known.call(STATUS);
      assert.equal(tooMuch?.reason, 'ROLE_TOO_LOW');
      assert.match(tooMuch?.message ?? '', /"alice" is operator/);
      const unknown = await known.call(LIST, 'Bearer 0123456789abcdef');
      assert.equal(unknown?.reason, 'TOKEN_UNKNOWN', 'a token that is sent is never ignored');
    });

    test('with a list, gives each its role, and those who are not on it none', async () => {
      const clientRoles = new Map([
        ['alice', 'reader'],
        ['spiffe://petri/bob', 'admin'],
      ] as const);
      await using served = await mutual({ clientRoles });
      using reader = caller(served, alice());
      assert.equal(await reader.call(LIST), undefined);
      assert.equal((await reader.call(DESTROY))?.reason, 'ROLE_TOO_LOW');
      const names = 'DNS:x,URI:spiffe://petri/bob';
      using admin = caller(served, made.issue(ca, { subject: '/CN=whatever', names }));
      assert.equal(await admin.call(STATUS), undefined);
      const impostors = [
        '/CN=bob',
        '/CN=spiffe:\\/\\/petri\\/bob',
        '/CN=alice/CN=alice',
        '/CN=Alice',
        '/O=alice',
      ];
      for (const subject of impostors) {
        using impostor = caller(served, made.issue(ca, { subject }));
        const error = await impostor.call(LIST);
        assert.deepEqual(
          [error?.code, error?.reason],
          ['unauthenticated', 'CERTIFICATE_WITHOUT_ROLE'],
          subject,
        );
        assert.equal(await impostor.call(CHECK), undefined);
      }
    });

    test('with tokens, wants one as well: to leave it out gains nothing', async () => {
      await using served = await mutual({ tokens: THREE_ROLES });
      using known = caller(served, alice());
      assert.equal((await known.call(LIST))?.reason, 'TOKEN_MISSING');
      assert.equal((await known.call(DESTROY, `Bearer ${TOKENS.reader}`))?.reason, 'ROLE_TOO_LOW');
      assert.equal(await known.call(STATUS, `Bearer ${TOKENS.admin}`), undefined);
      using without = caller(served);
      assert.equal((await without.call(STATUS, `Bearer ${TOKENS.admin}`))?.code, 'unavailable');
    });

    test('with tokens and a list, takes the token that is sent, else the certificate', async () => {
      await using served = await mutual({ tokens: THREE_ROLES, clientRoles: new Map([['alice', 'admin']]) });
      using known = caller(served, alice());
      assert.equal(await known.call(STATUS), undefined);
      assert.equal((await known.call(STATUS, `Bearer ${TOKENS.reader}`))?.reason, 'ROLE_TOO_LOW');
      assert.equal((await known.call(STATUS, 'Bearer 0123456789abcdef'))?.reason, 'TOKEN_UNKNOWN');
    });
  });

  suite('a server does not start', () => {
    const broken = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
    const wrong: [title: string, tls: () => TlsFiles, complaint: RegExp][] = [
      [
        'without the file',
        () => files({ cert: '/nowhere/a.pem' }),
        /^PETRI_TLS_CERT: \/nowhere\/a\.pem does not exist$/,
      ],
      ['with a directory', () => files({ cert: made.directory }), /^PETRI_TLS_CERT: .* is a directory$/],
      [
        'without a certificate in it',
        () => files({ cert: server.key }),
        /^PETRI_TLS_CERT: .* holds no PEM certificate$/,
      ],
      [
        'with a broken certificate',
        () => files({ cert: made.file(broken) }),
        /^PETRI_TLS_CERT: .* cannot be read$/,
      ],
      ['with an expired certificate', () => expired(), /^PETRI_TLS_CERT: .* expired on 20\d\d-/],
      [
        'without a key in the file',
        () => files({ key: made.file('nothing') }),
        /^PETRI_TLS_KEY: .* holds no PEM private key$/,
      ],
      [
        'with the key of another',
        () => files({ key: otherCa.key }),
        /^PETRI_TLS_KEY: .* does not belong to the certificate/,
      ],
      [
        'with a key that all may read',
        () => files({ key: made.file(server.pem.key, 0o644) }),
        /^PETRI_TLS_KEY: .*mode 644/,
      ],
      [
        'without the CA of clients',
        () => files({ clientCa: '/nowhere' }),
        /^PETRI_TLS_CLIENT_CA: \/nowhere does not exist$/,
      ],
      [
        'with a broken second CA',
        () => files({ clientCa: made.file(ca.pem.cert.toString() + broken) }),
        /^PETRI_TLS_CLIENT_CA: .* cannot be read$/,
      ],
    ];
    const expired = () => {
      const { cert, key } = made.server(ca, -1);
      return { cert, key };
    };
    for (const [title, given, complaint] of wrong) {
      test(`${title}, and says what is wrong with which file`, async () => {
        await assert.rejects(start({ tls: given() }), (error: PetriError) => {
          assert.equal(error.reason, 'INVALID_CONFIGURATION');
          assert.match(error.message, complaint);
          return true;
        });
      });
    }
  });
});
