import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { EnvReader } from './env.ts';
import { PetriError } from './errors.ts';

suite('EnvReader', () => {
  test('reads each type', () => {
    const env = new EnvReader({ S: 'text', I: '8080', B: 'Yes', L: 'a, b,,c ', O: 'nats' });
    assert.equal(env.string('S', undefined), 'text');
    assert.equal(env.int('I', 1, { min: 0, max: 65_535 }), 8080);
    assert.equal(env.boolean('B', false), true);
    assert.deepEqual(env.list('L', []), ['a', 'b', 'c']);
    assert.equal(env.oneOf('O', ['memory', 'nats'], 'memory'), 'nats');
    env.done();
  });

  test('falls back when a variable is unset or empty', () => {
    const env = new EnvReader({ EMPTY: ' ' });
    assert.equal(env.string('EMPTY', 'x'), 'x');
    assert.equal(env.int('NONE', undefined, { min: 0, max: 1 }), undefined);
    assert.equal(env.boolean('NONE', true), true);
    assert.deepEqual(env.list('NONE', ['d']), ['d']);
    env.done();
  });

  test('accepts the ends of a range and refuses what lies beyond', () => {
    const range = { min: 1, max: 10 };
    const good = new EnvReader({ A: '1', B: '10' });
    assert.equal(good.int('A', 5, range) + good.int('B', 5, range), 11);
    good.done();
    for (const value of ['0', '11', '1.5', '1e1', '0x1', 'many']) {
      const bad = new EnvReader({ A: value });
      bad.int('A', 5, range);
      assert.throws(() => bad.done(), PetriError, value);
    }
  });

  test('done() reports every violation at once', () => {
    const env = new EnvReader({ PORT: 'x', TLS: 'maybe', STORE: 'disk' });
    env.int('PORT', 1, { min: 0, max: 9 });
    env.boolean('TLS', false);
    env.oneOf('STORE', ['memory', 'sqlite'], 'memory');
    assert.throws(
      () => env.done(),
      (error: PetriError) => {
        assert.equal(error.reason, 'INVALID_CONFIGURATION');
        assert.deepEqual(
          error.violations.map(({ field }) => field),
          ['PORT', 'TLS', 'STORE'],
        );
        return true;
      },
    );
  });

  test('reads with a function, whose complaint is all that is said of the value', () => {
    const env = new EnvReader({ A: 'ab', B: 'secret' });
    const shout = (raw: string) => raw.toUpperCase();
    assert.equal(env.parsed('A', shout, ''), 'AB');
    assert.equal(env.parsed('NONE', shout, 'fallback'), 'fallback');
    env.parsed(
      'B',
      () => {
        throw new Error('is no good');
      },
      '',
    );
    assert.throws(() => env.done(), { message: 'B: is no good' });
  });
});
