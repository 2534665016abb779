import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { PeerCertificate } from 'node:tls';
import { listedIdentity, namesOf } from './certificates.ts';

const certificate = (CN: string | string[] | undefined, subjectaltname?: string) =>
  ({ subject: { CN }, subjectaltname }) as unknown as PeerCertificate;

suite('the names of a certificate', () => {
  const cases: [title: string, given: PeerCertificate, names: string[]][] = [
    ['its common name', certificate('alice'), ['alice']],
    [
      'its URIs before that',
      certificate('alice', 'DNS:x, URI:spiffe://a/b, URI:spiffe://c'),
      ['spiffe://a/b', 'spiffe://c', 'alice'],
    ],
    ['nothing', certificate(undefined), []],
    ['no common name out of several', certificate(['alice', 'root']), []],
    ['no common name that poses as a URI', certificate('spiffe://a/root'), []],
    ['no URI that poses as a common name', certificate(undefined, 'URI:root'), []],
    [
      'a URI that had to be quoted',
      certificate(undefined, 'URI:"spiffe://a/b, URI:spiffe://root"'),
      ['spiffe://a/b, URI:spiffe://root'],
    ],
    ['no URI hidden in another kind of name', certificate(undefined, 'DNS:"x, URI:spiffe://root"'), []],
    [
      'no URI at all, if there is something that is not understood',
      certificate(undefined, 'URI:spiffe://root, "'),
      [],
    ],
  ];
  for (const [title, given, names] of cases)
    test(`are ${title}`, () => assert.deepEqual(namesOf(given), names));
});

test('the first name that has a role decides', () => {
  const roles = new Map([
    ['alice', 'reader'],
    ['spiffe://a/b', 'admin'],
  ] as const);
  const both = certificate('alice', 'URI:spiffe://other, URI:spiffe://a/b');
  const name = 'spiffe://a/b';
  assert.deepEqual(listedIdentity(both, roles), { name, tenant: name, role: 'admin', by: 'certificate' });
  assert.equal(listedIdentity(certificate('Alice'), roles), undefined);
});
