import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { PetriError } from '@petri/core';
import { checkExposure } from './exposure.ts';
import type { Insecure } from './settings.ts';

const NOTHING = { tokens: false, tls: false, clientCa: false };

/** What has to be allowed there by name; undefined if nothing has. */
function danger(host: string, setup: Partial<typeof NOTHING>): Insecure | undefined {
  try {
    assert.deepEqual(checkExposure({ host, ...NOTHING, ...setup }, []), []);
    return undefined;
  } catch (thrown) {
    const { reason, message } = thrown as PetriError;
    assert.equal(reason, 'INSECURE');
    assert.match(message, new RegExp(`^not listening: ${host} is not loopback, and any`));
    return /PETRI_ALLOW_INSECURE=([\w-]+)$/.exec(message)?.[1] as Insecure;
  }
}

suite('where a service listens', () => {
  test('on loopback, nothing is asked of it', () => {
    for (const host of ['127.0.0.1', '::1', 'localhost', '127.8.8.8'])
      for (const setup of [{}, { tokens: true }, { tls: true }]) assert.equal(danger(host, setup), undefined);
  });

  for (const host of ['0.0.0.0', '::', '10.1.2.3', 'node.example.com', '']) {
    test(`on "${host}", authentication over TLS is`, () => {
      assert.equal(danger(host, {}), 'unauthenticated');
      assert.equal(danger(host, { tls: true }), 'unauthenticated');
      assert.equal(danger(host, { tokens: true }), 'plain-text-tokens');
      assert.equal(danger(host, { tokens: true, tls: true }), undefined);
      assert.equal(danger(host, { clientCa: true, tls: true }), undefined);
    });
  }

  test('what is allowed by its name is a warning, and nothing else is allowed with it', () => {
    const open = { host: '0.0.0.0', ...NOTHING };
    assert.deepEqual(checkExposure(open, ['unauthenticated']), [
      '0.0.0.0 is not loopback, and anyone who reaches it could run code, and delete what is there; PETRI_ALLOW_INSECURE allows it',
    ]);
    assert.throws(() => checkExposure(open, ['plain-text-tokens']));
    assert.throws(() => checkExposure({ ...open, tokens: true }, ['unauthenticated']));
  });
});
