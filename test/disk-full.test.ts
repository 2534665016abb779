import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from './support/directory.ts';
import { testNode } from './support/node.ts';

const GENOME = `
  import { state } from 'petri:sandbox';
  export const grow = (bytes) => { state.text = 'x'.repeat(bytes); return bytes; };
  export const size = () => (state.text ?? '').length;`;

/** A small disk of its own, or why there can be none. */
function mount(path: string, options: string): string | undefined {
  try {
    mkdirSync(path, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'petri-test', path], { stdio: 'pipe' });
    return undefined;
  } catch (thrown) {
    return `only root may mount: ${(thrown as Error).message}`;
  }
}

const unmount = (path: string) => execFileSync('umount', ['-l', path], { stdio: 'pipe' });

test('a disk that is full refuses what it cannot keep, and nothing else', async (context) => {
  using directory = temporaryDirectory();
  const disk = join(directory.path, 'disk');
  const why = mount(disk, 'size=2m');
  if (why !== undefined) return context.skip(why);
  try {
    const config = { workers: 1, spares: 0, dataDirectory: disk };
    {
      await using node = await testNode(config);
      const box = await node.box(GENOME, { id: 'box' });
      assert.equal(await box.call('grow', 1_000), 1_000);
      writeFileSync(join(disk, 'ballast'), Buffer.alloc(1_200_000));
      const full = { code: 'resource_exhausted', reason: 'DISK_FULL' };
      await assert.rejects(box.call('grow', 900_000), full);
      assert.equal(await box.call('size'), 1_000);
      rmSync(join(disk, 'ballast'));
      assert.equal(await box.call('grow', 2_000), 2_000);
    }
    await using node = await testNode(config);
    assert.equal(await node.sandboxes.call('box', 'size'), 2_000);
  } finally {
    unmount(disk);
  }
});

test('a directory that cannot be written is refused, and says so', async (context) => {
  using directory = temporaryDirectory();
  const disk = join(directory.path, 'disk');
  const why = mount(disk, 'size=1m,ro');
  if (why !== undefined) return context.skip(why);
  try {
    await assert.rejects(testNode({ dataDirectory: disk }), {
      code: 'failed_precondition',
      reason: 'DATA_DIRECTORY_UNUSABLE',
    });
  } finally {
    unmount(disk);
  }
});
