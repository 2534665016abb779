import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crash } from './crash/crash.ts';
import { temporaryDirectory } from './support/directory.ts';

// `npm run test:crash` does the same a hundred times.
test('a node that is killed at random moments has all that it acknowledged, and half of nothing', async () => {
  using directory = temporaryDirectory();
  const { kills, acknowledged, ofPopulations } = await crash({
    directory: directory.path,
    times: 4,
    seed: 4,
  });
  assert.equal(kills, 4);
  assert.ok(acknowledged > ofPopulations && ofPopulations > 0);
});
