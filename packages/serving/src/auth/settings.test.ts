import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { EnvReader, type PetriError } from '@petri/core';
import { OPEN_TO_LOOPBACK, readSecurity } from './settings.ts';

const FILES = { PETRI_TLS_CERT: 'a.pem', PETRI_TLS_KEY: 'a.key', PETRI_TLS_CLIENT_CA: 'ca.pem' };

function complaintsOf(source: Record<string, string>): string[] {
  const env = new EnvReader(source);
  readSecurity(env);
  try {
    env.done();
  } catch (thrown) {
    return (thrown as PetriError).violations.map(({ field, description }) => `${field}: ${description}`);
  }
  return [];
}

suite('readSecurity', () => {
  test('an empty environment is a node that is open to loopback', () => {
    assert.deepEqual(readSecurity(new EnvReader({})), OPEN_TO_LOOPBACK);
  });

  test('reads everything', () => {
    const env = new EnvReader({
      ...FILES,
      PETRI_TOKENS_FILE: 'tokens',
      PETRI_TOKENS: 'ann:reader:0123456789abcdef',
      PETRI_TLS_CLIENT_ROLES: 'alice=reader, spiffe://a/b?c=d=admin',
      PETRI_ALLOW_INSECURE: 'plain-text-tokens, unauthenticated',
    });
    const { tokens, ...rest } = readSecurity(env);
    env.done();
    assert.deepEqual(
      tokens.map(({ name, role }) => [name, role]),
      [['ann', 'reader']],
    );
    assert.deepEqual(rest, {
      tokensFile: 'tokens',
      tls: { cert: 'a.pem', key: 'a.key', clientCa: 'ca.pem' },
      clientRoles: new Map([
        ['alice', 'reader'],
        ['spiffe://a/b?c=d', 'admin'],
      ]),
      allowed: ['plain-text-tokens', 'unauthenticated'],
    });
  });

  const wrong: [title: string, source: Record<string, string>, complaints: string[]][] = [
    ['a certificate without its key', { PETRI_TLS_CERT: 'a' }, ['PETRI_TLS_KEY: is missing for TLS']],
    ['a key without its certificate', { PETRI_TLS_KEY: 'a' }, ['PETRI_TLS_CERT: is missing for TLS']],
    [
      'a CA without TLS',
      { PETRI_TLS_CLIENT_CA: 'a' },
      ['PETRI_TLS_CERT: is missing for TLS', 'PETRI_TLS_KEY: is missing for TLS'],
    ],
    [
      'roles of certificates that nobody asks for',
      { PETRI_TLS_CLIENT_ROLES: 'a=reader' },
      ['PETRI_TLS_CLIENT_ROLES: needs PETRI_TLS_CLIENT_CA: no client certificate is asked for'],
    ],
    [
      'a role that does not exist',
      { ...FILES, PETRI_TLS_CLIENT_ROLES: 'a=root' },
      ['PETRI_TLS_CLIENT_ROLES: "a=root" is not name=role with a role of reader, operator, admin'],
    ],
    [
      'no name for a role',
      { ...FILES, PETRI_TLS_CLIENT_ROLES: 'reader' },
      ['PETRI_TLS_CLIENT_ROLES: "reader" is not name=role with a role of reader, operator, admin'],
    ],
    [
      'two roles for a name',
      { ...FILES, PETRI_TLS_CLIENT_ROLES: 'a=reader,a=admin' },
      ['PETRI_TLS_CLIENT_ROLES: "a" has two roles'],
    ],
    [
      'an unknown danger',
      { PETRI_ALLOW_INSECURE: 'yes' },
      ['PETRI_ALLOW_INSECURE: must be some of unauthenticated, plain-text-tokens, is "yes"'],
    ],
    [
      'a short token, which is not told',
      { PETRI_TOKENS: 'ann:reader:secret' },
      ['PETRI_TOKENS: entry 1 has a token of fewer than 16 characters'],
    ],
  ];
  for (const [title, source, complaints] of wrong)
    test(`${title} is refused`, () => assert.deepEqual(complaintsOf(source), complaints));
});
