import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadTable } from './file.ts';
import { readTable } from './table.ts';
import { DataError } from './violation.ts';

const ROWS = '1,2\n2,4\n3,6\n4,8\n5,10\n';

function complaints(text: string, target = 'y'): string[] {
  try {
    readTable('my.csv', text, target);
  } catch (error) {
    assert.ok(error instanceof DataError);
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim());
  }
  assert.fail('the file was accepted');
}

test('a table is split into inputs and target', () => {
  const table = readTable('my.csv', `x,y\n${ROWS}`, 'y');
  assert.deepEqual(table.columns, ['x']);
  assert.deepEqual(table.rows[1], [2]);
  assert.deepEqual(table.targets, [2, 4, 6, 8, 10]);
});

test('columns without numbers are left out, and the first that tells all rows apart names them', () => {
  const table = readTable('my.csv', 'colour,name,x,y\nr,a,1,2\ng,b,2,4\nb,c,3,6\nr,d,4,8\ng,e,5,10\n', 'y');
  assert.deepEqual(table.columns, ['x']);
  assert.deepEqual(table.leftOut, ['colour', 'name']);
  assert.deepEqual(table.labels, ['a', 'b', 'c', 'd', 'e']);
});

test('numbers may be signed, decimal, in exponents and padded', () => {
  const table = readTable('my.csv', 'x,y\n -1.5 ,1\n+2,2\n.5,3\n5.,4\n1e-3,5\n', 'y');
  assert.deepEqual(table.rows.flat(), [-1.5, 2, 0.5, 5, 0.001]);
});

test('every violation is named at once, with its line and column', () => {
  const text = 'x,y,x\n1,2,3\n1,two,3\n1,2\n\n,2,"1,5"\n1,2,3,4\n0x10,Infinity,3\n';
  assert.deepEqual(complaints(text), [
    'line 1, column "x": appears twice in the header',
    'line 3, column "y": "two" is not a number',
    'line 4: has 2 fields; the header has 3',
    'line 6, column "x": is empty; every cell needs a number',
    'line 6, column "x": "1,5" has a decimal comma; write 1.5',
    'line 7: has 4 fields; the header has 3',
    'line 8, column "x": "0x10" is not a number',
    'line 8, column "y": "Infinity" is not a number',
  ]);
});

test('a missing target is answered with the columns there are', () => {
  assert.deepEqual(complaints(`x,y\n${ROWS}`, 'z'), [
    'there is no column "z" to predict; the file has "x", "y"',
  ]);
});

test('files with nothing to learn say so', () => {
  assert.deepEqual(complaints(''), ['the file is empty']);
  assert.deepEqual(complaints('\n\n'), ['the file is empty']);
  assert.deepEqual(complaints('x,y\n1,2\n3,4\n'), ['has 2 rows of data; at least 5 are needed']);
  assert.deepEqual(complaints('x,y\n1,3\n2,3.0\n3,3\n4,3\n5,3\n'), [
    'column "y": is 3 in every row; there is nothing to predict',
  ]);
  assert.deepEqual(complaints('name,y\na,1\nb,2\nc,3\nd,4\ne,5\n'), [
    'has no column of numbers to predict "y" from',
  ]);
  assert.deepEqual(complaints(`x,\n${ROWS}`, 'x'), ['line 1: column 2 has no name in the header']);
});

test('a column of decimal commas is a mistake, not a column of names', () => {
  const found = complaints('x;y\n1,5;1\n2,5;2\n3,5;3\n4,5;4\n5,5;5\n');
  assert.equal(found.length, 5);
  assert.equal(found[0], 'line 2, column "x": "1,5" has a decimal comma; write 1.5');
});

test('long lists of violations are counted, and all of them kept', () => {
  const text = `x,y\n${ROWS}${'?,1\n'.repeat(50)}`;
  assert.match(complaints(text).at(-1) ?? '', /^… and 30 more$/);
});

test('files that cannot be read, or are no text, are refused by name', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'petri-lab-'));
  try {
    const path = join(directory, 'my.csv');
    await assert.rejects(loadTable(path, 'y'), /my\.csv cannot be used:\n {2}there is no such file/);
    await assert.rejects(loadTable(directory, 'y'), /could not be read \(EISDIR\)/);
    await writeFile(path, Buffer.from([0xff, 0xfe, 0x78, 0x00]));
    await assert.rejects(loadTable(path, 'y'), /not UTF-8/);
    await writeFile(path, `\uFEFFx,y\r\n${ROWS.replaceAll('\n', '\r\n')}`);
    assert.deepEqual((await loadTable(path, 'y')).columns, ['x']);
  } finally {
    await rm(directory, { recursive: true });
  }
});
