import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readRecords } from './records.ts';

const fields = (text: string): (readonly string[])[] =>
  readRecords(text).records.map((record) => record.fields);

test('quoted fields hold delimiters, quotes and line ends', () => {
  assert.deepEqual(fields('a,"b,c","d ""e"""\n1,"two\nlines",3\n'), [
    ['a', 'b,c', 'd "e"'],
    ['1', 'two\nlines', '3'],
  ]);
});

test('records know the line they start on, whatever ends lines and spans them', () => {
  for (const end of ['\n', '\r\n', '\r']) {
    const { records } = readRecords(['a,b', '1,"x', 'y"', '', '3,4'].join(end));
    assert.deepEqual(
      records.map(({ line }) => line),
      [1, 2, 5],
    );
  }
});

test('a byte order mark, blank lines and a missing last line end are no data', () => {
  assert.deepEqual(fields('\uFEFFa,b\r\n\r\n1,2\r\n  \r\n3,4'), [
    ['a', 'b'],
    ['1', '2'],
    ['3', '4'],
  ]);
});

test('comma, semicolon and tab are told apart by the header', () => {
  assert.deepEqual(fields('a;b;c\n1,5;2;3'), [
    ['a', 'b', 'c'],
    ['1,5', '2', '3'],
  ]);
  assert.deepEqual(fields('a\tb\n1\t2'), [
    ['a', 'b'],
    ['1', '2'],
  ]);
  assert.deepEqual(fields('"a;b;c;d",e\n1,2'), [
    ['a;b;c;d', 'e'],
    ['1', '2'],
  ]);
});

test('empty fields count', () => {
  assert.deepEqual(fields('a,b,c\n,,\n1,"",3'), [
    ['a', 'b', 'c'],
    ['', '', ''],
    ['1', '', '3'],
  ]);
});

test('broken quotes are named by line, and reading goes on', () => {
  const { records, violations } = readRecords('a,b\n1,"2"x\n3,4\n5,"6\n7,8');
  assert.deepEqual(violations, [
    { line: 2, message: 'text after a closing quote: "x"' },
    { line: 4, message: 'a quoted field is never closed' },
  ]);
  assert.equal(records.length, 4);
});

test('whatever is written quoted is read back', () => {
  const cell = fc.oneof(fc.string(), fc.stringMatching(/^[",;\t\r\n a]*$/));
  const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1 });
  fc.assert(
    fc.property(
      table,
      fc.constantFrom(',', ';', '\t'),
      fc.constantFrom('\n', '\r\n'),
      (rows, delimiter, end) => {
        const all = [['a', 'b', 'c'], ...rows];
        const quote = (value: string): string => `"${value.replaceAll('"', '""')}"`;
        const text = all.map((row) => row.map(quote).join(delimiter)).join(end);
        // With every name quoted only the delimiter itself is left outside quotes.
        assert.deepEqual(fields(text), all);
      },
    ),
  );
});
