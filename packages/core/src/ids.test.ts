import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { idViolation, MAX_ID_LENGTH, newId } from './ids.ts';

suite('ids', () => {
  test('accepts the longest id and refuses one character more', () => {
    assert.equal(idViolation('id', 'a'.repeat(MAX_ID_LENGTH)), undefined);
    assert.match(
      idViolation('id', 'a'.repeat(MAX_ID_LENGTH + 1))?.description ?? '',
      /at most 128 .* has 129/,
    );
  });

  test('accepts every allowed character', () => {
    assert.equal(idViolation('id', 'A9.z_0:b-C'), undefined);
  });

  test('refuses what could be a path, a subject wildcard, a control character or empty', () => {
    for (const id of ['', '.', '..', '-a', '_a', ':a', 'a/b', 'a b', 'a*', 'a>', 'a\n', 'é', 'a\0']) {
      assert.equal(idViolation('id', id)?.field, 'id', JSON.stringify(id));
    }
  });

  test('what is generated is valid, distinct and sorts by time', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 45), fc.nat(2 ** 45), (a, b) => {
        const [first, second] = [newId('sb', Math.min(a, b)), newId('sb', Math.max(a, b) + 1)];
        assert.equal(idViolation('id', first), undefined);
        assert.ok(first < second, `${first} < ${second}`);
      }),
    );
    assert.equal(new Set(Array.from({ length: 10_000 }, () => newId('sb', 1))).size, 10_000);
  });
});
