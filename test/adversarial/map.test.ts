/** The table of what is covered names guests that are there. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { guests } from './guest.ts';

const page = readFileSync(new URL('README.md', import.meta.url), 'utf8');
const CATEGORIES = 28;

test('the table of attacks names guests that are there, and has a row for each category', () => {
  const classes = guests();
  const there = new Set([...classes.values()].flat().map(({ name }) => name));
  const named = [...page.matchAll(/`([a-z]+)\/([a-z0-9-]*)`/g)];
  const missing = named.filter(([, folder = '', file]) =>
    file === '' ? !classes.has(folder) : !there.has(`${folder}/${file}`),
  );
  assert.deepEqual(
    missing.map(([text]) => text).filter((text) => text !== '`guests/`'),
    [],
  );
  const rows = [...page.matchAll(/^\| (\d+) /gm)].map(([, number]) => Number(number));
  assert.deepEqual(
    rows,
    Array.from({ length: CATEGORIES }, (_, index) => index + 1),
  );
});

test('every class of guests is in the table', () => {
  for (const folder of guests().keys()) assert.ok(page.includes(`\`${folder}/`), folder);
});
