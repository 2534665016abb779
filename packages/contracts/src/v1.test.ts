import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

test('@petri/contracts/v1 exports all that is generated for petri.v1', () => {
  const here = import.meta.dirname;
  const exported = [...readFileSync(`${here}/v1.ts`, 'utf8').matchAll(/'\.\/gen\/petri\/v1\/(.+)'/g)];
  assert.deepEqual(new Set(exported.map(([, file]) => file)), new Set(readdirSync(`${here}/gen/petri/v1`)));
});
