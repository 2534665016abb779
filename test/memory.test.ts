/** Memory that no isolate counts: whose it is, whenever it was taken. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { RunResult } from '@petri/client';
import { startSandboxRuntime } from '@petri/sandbox';
import { type Box, failure, sharedNode, testNode, valueOf } from './support/node.ts';

const MiB = 1024 * 1024;
const PAGES_PER_MIB = 16;

const node = await sharedNode({ workers: 1 });
const { sandboxes } = node;

/** Keeps or drops memory of WebAssembly and resizable buffers, so many MiB at a time. */
const GENOME = `
  import { sleep, state } from 'petri:sandbox';
  const kept = [];
  const takers = {
    wasm(mib) { const { buffer } = new WebAssembly.Memory({ initial: mib * ${PAGES_PER_MIB} }); new Uint8Array(buffer).fill(1); return buffer; },
    resizable(mib) { const buffer = new ArrayBuffer(mib * ${MiB}, { maxByteLength: mib * ${2 * MiB} }); new Uint8Array(buffer).fill(1); return buffer; },
  };
  export const keep = (kind, mib) => { kept.push(takers[kind](mib)); return kept.length; };
  export const drop = (mib) => takers.wasm(mib).byteLength;
  export async function keepBetweenTimers(kind, mib, times) { for (let n = 0; n < times; n++) { keep(kind, mib); await sleep(1); } return kept.length; }
  export const count = () => (state.n = (state.n ?? 0) + 1);
`;
/** A crowded machine takes long to fill memory. */
const PATIENT = { timeoutMs: 100_000, deadlineMs: 200_000 };
const LIMITS = { limits: { memoryBytes: 32 * MiB } };

/** Runs until one does not complete, at most so many times. */
async function repeat(box: Box, times: number, name: string, args: unknown[]): Promise<RunResult> {
  for (let n = 1; ; n++) {
    const result = await box.run(name, args, PATIENT);
    if (result.outcome !== 'COMPLETED' || n === times) return result;
  }
}

suite('a sandbox that takes memory outside its heap', () => {
  for (const [kind, mib, times] of [
    ['wasm', 16, 64],
    ['resizable', 16, 64],
    ['wasm', 1, 400],
  ] as const)
    test(`${mib} MiB a run, ${kind}, ends by MEMORY_LIMIT with what it holds, and its neighbours are well`, async () => {
      const neighbours = await Promise.all(Array.from({ length: 4 }, () => node.box(GENOME, LIMITS)));
      const box = await node.box(GENOME, LIMITS);
      const ending = new AbortController();
      const counting = neighbours.map(async (neighbour) => {
        let n = 0;
        while (!ending.signal.aborted) assert.equal(await neighbour.call('count'), ++n);
      });
      const result = await repeat(box, times, 'keep', [kind, mib]);
      ending.abort();
      await Promise.all(counting);
      failure(result, 'MEMORY_LIMIT');
      assert.match(result.receipt.reason, /grew by \d+ MiB over its slices, its limit is 32 MiB/);
      assert.equal(await box.call('keep', kind, 1), 1, 'it begins anew');
    });

  test('between the timers of one run ends by MEMORY_LIMIT', async () => {
    const box = await node.box(GENOME, LIMITS);
    failure(await box.run('keepBetweenTimers', ['wasm', 8, 48], PATIENT), 'MEMORY_LIMIT');
    assert.equal(await box.call('count'), 1);
  });

  test('over the cases of a suite ends that case by MEMORY_LIMIT, and no other', async () => {
    const cases = Array.from({ length: 30 }, () => ({ function: 'keep', arguments: ['wasm', 16] }));
    const spec = {
      suite: { caseTimeoutMs: 20_000, cases: [...cases, { function: 'count' }] },
      timeoutMs: 100_000,
    };
    for await (const { evaluation, error } of sandboxes.evaluateSources([{ genome: GENOME }], spec, LIMITS)) {
      assert.equal(error, undefined);
      const outcomes = evaluation?.cases.map(({ outcome }) => outcome) ?? [];
      assert.ok(outcomes.includes('MEMORY_LIMIT'), outcomes.join());
      assert.equal(outcomes.at(-1), 'COMPLETED');
    }
  });

  test('and lets it go again is not to blame, nor are others of whom something is freed', async () => {
    const boxes = await Promise.all(Array.from({ length: 4 }, () => node.box(GENOME, LIMITS)));
    for (let round = 0; round < 25; round++) for (const box of boxes) valueOf(await box.run('drop', [4]));
  });
});

suite('a worker that has more memory than it may', () => {
  test('gives up what takes most, and is replaced if that does not help; nobody is to blame', async () => {
    const limits = { limits: { memoryBytes: 256 * MiB } };
    const runtime = await startSandboxRuntime({ workers: 1, spares: 1, workerBytes: 384 * MiB });
    await using crowded = await testNode({}, runtime);
    const innocent = await crowded.box(GENOME, LIMITS);
    const boxes = await Promise.all(Array.from({ length: 3 }, () => crowded.box(GENOME, limits)));
    let counted = 0;
    for (let round = 0; round < 14; round++) {
      for (const box of boxes) valueOf(await box.run('keep', ['wasm', 16]));
      assert.equal(await innocent.call('count'), ++counted);
    }
    const { workers, kills } = await crowded.status();
    assert.deepEqual(kills, {});
    const sizes = workers.map(({ rssBytes }) => Math.round(rssBytes / MiB));
    assert.ok(Math.max(...sizes) < 384 * 1.25, `${sizes.join(', ')} MiB`);
  });

  test('is not filled by one run that may have more than it', async () => {
    const runtime = await startSandboxRuntime({ workers: 1, spares: 1, workerBytes: 256 * MiB });
    await using crowded = await testNode({}, runtime);
    const box = await crowded.box(GENOME, { limits: { memoryBytes: 512 * MiB } });
    const result = await box.run('keepBetweenTimers', ['wasm', 16, 60], PATIENT);
    failure(result, 'MEMORY_LIMIT');
    assert.match(result.receipt.reason, /the 256 MiB that a worker may have, 3 times/);
    assert.equal(await box.call('count'), 1);
  });
});
