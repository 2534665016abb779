/** Whichever way a service is started, V8 is set alike (docs/decisions/0019). */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { service } from '../services/cluster/src/program.ts';
import manifest from '../package.json' with { type: 'json' };
import { flagsOf, V8_FLAGS } from './support/v8-flags.ts';

const image = readFileSync(new URL('../deploy/Dockerfile', import.meta.url), 'utf8');

test('npm start bounds the young generation', () => assert.match(V8_FLAGS.join(' '), /^--max-\S+=\d+$/));

for (const [what, command] of Object.entries({
  'npm run coordinator': manifest.scripts.coordinator,
  'npm run cluster': service('node', 'a', {}).args.join(' '),
  'the container image': /^ENV .*$/m.exec(image)?.[0] ?? '',
}))
  test(`${what} does as npm start does`, () => assert.deepEqual(flagsOf(command), V8_FLAGS));
