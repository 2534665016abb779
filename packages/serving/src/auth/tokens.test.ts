import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { checkedTokens, digestOf, findToken, parseTokenFile, parseTokenList } from './tokens.ts';

const GOOD = '0123456789abcdef';

suite('tokens of the environment', () => {
  test('are name:role:token, separated by commas', () => {
    const entries = parseTokenList(`ann:reader:${GOOD}, bob@x.org:admin:${GOOD}==`);
    assert.deepEqual(
      entries.map(({ name, role }) => [name, role]),
      [
        ['ann', 'reader'],
        ['bob@x.org', 'admin'],
      ],
    );
    assert.deepEqual(entries[0]?.digest, digestOf(GOOD));
  });

  test('are not kept as they are', () => {
    assert.doesNotMatch(JSON.stringify(parseTokenList(`ann:reader:${GOOD}`)), new RegExp(GOOD));
  });

  const wrong: [title: string, text: string, complaint: RegExp][] = [
    ['a part too few', `ann:${GOOD}`, /^entry 1 is not name:role:token$/],
    ['a part too many', `ann:reader:${GOOD}:x`, /^entry 1 is not name:role:token$/],
    ['an unknown role', `ann:root:${GOOD}`, /^entry 1 has no role: .*reader, operator, admin/],
    ['a role of another case', `ann:Admin:${GOOD}`, /^entry 1 has no role/],
    ['no name', `:reader:${GOOD}`, /^entry 1 needs a name/],
    [
      '15 characters',
      `ann:reader:${GOOD}x,bob:reader:${GOOD.slice(1)}`,
      /^entry 2 has a token of fewer than 16/,
    ],
    ['a blank in the token', `ann:reader:${GOOD} x`, /^entry 1 has a token with other characters/],
    ['an umlaut in the token', `ann:reader:${GOOD}ü`, /^entry 1 has a token with other characters/],
    ['the same token twice', `ann:reader:${GOOD},bob:admin:${GOOD}`, /^"ann" and "bob" have the same token$/],
    ['a name with two roles', `ann:reader:${GOOD},ann:admin:${GOOD}2`, /^"ann" is both reader and admin$/],
  ];
  for (const [title, text, complaint] of wrong) {
    test(`${title} is refused, and the token is not told`, () => {
      assert.throws(
        () => parseTokenList(text),
        ({ message }: Error) => {
          assert.match(message, complaint);
          assert.doesNotMatch(message, /123456789/);
          return true;
        },
      );
    });
  }

  test('a name may have two tokens of the same role while one replaces the other', () => {
    assert.equal(parseTokenList(`ann:reader:${GOOD},ann:reader:${GOOD}2`).length, 2);
  });
});

suite('tokens of a file', () => {
  test('are lines of role, token and name, with comments', () => {
    const text = `# who may do what\n\nadmin ${GOOD} ann # until May\r\n\treader   ${GOOD}2\n`;
    assert.deepEqual(
      parseTokenFile(text).map(({ name, role }) => [name, role]),
      [
        ['ann', 'admin'],
        ['reader-4', 'reader'],
      ],
    );
  });

  for (const line of ['admin', `${GOOD} admin`, `admin ${GOOD} ann x`, `admin ${GOOD.slice(1)}`])
    test(`"${line.replace(GOOD, 'token')}" is refused by its line number alone`, () => {
      assert.throws(
        () => parseTokenFile(`\n${line}`),
        ({ message }: Error) => message.startsWith('line 2 ') && !message.includes('123456789'),
      );
    });
});

suite('finding a token', () => {
  const entries = checkedTokens(parseTokenList(`a:reader:${GOOD}a,b:operator:${GOOD}b,c:admin:${GOOD}c`));

  test('finds each, and nothing else', () => {
    for (const name of ['a', 'b', 'c']) assert.equal(findToken(entries, GOOD + name)?.name, name);
    for (const other of ['', GOOD, `${GOOD}d`, `${GOOD}aa`, `${GOOD}A`, 'x'.repeat(100_000)])
      assert.equal(findToken(entries, other), undefined);
    assert.equal(findToken([], GOOD), undefined);
  });

  test('takes as many comparisons, all of 32 bytes, wherever the token is, and if it is nowhere', () => {
    const lengths: number[][] = [];
    // A comparison asks for the digest once.
    const counted = entries.map((entry) => ({
      name: entry.name,
      role: entry.role,
      get digest() {
        lengths.at(-1)?.push(entry.digest.length);
        return entry.digest;
      },
    }));
    for (const token of [`${GOOD}a`, `${GOOD}c`, 'nowhere', '']) {
      lengths.push([]);
      findToken(counted, token);
    }
    assert.deepEqual(
      lengths,
      Array.from({ length: 4 }, () => [32, 32, 32]),
    );
  });
});
