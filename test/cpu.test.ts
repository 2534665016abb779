/** CPU time: one budget over all slices of a run, and charged whatever becomes of it. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { cpuOf } from './support/census.ts';
import { failure, sharedNode, valueOf } from './support/node.ts';
import { until } from './support/until.ts';

const node = await sharedNode();
const { sandboxes } = node;

const GENOME = `
  import { sleep } from 'petri:sandbox';
  export const burn = (ms) => { const end = Date.now() + ms; while (Date.now() < end); return ms; };
  export async function nibble(times) { for (let n = 0; n < times; n++) { burn(20); await sleep(1); } return times; }
  export const spin = () => { for (;;); };
  export const grow = () => { const map = new Map(); for (let n = 0; ; n++) map.set(n, { n }); };
  export function countAndThrow(times) { let sum = 0; for (let n = 0; n < times; n++) sum += Math.sqrt(n); throw new Error(String(sum)); }
`;
const BUDGET = { limits: { cpuTimeMs: 400 } };
const SAID = /used \d+ ms of CPU, its budget is 400 ms/;

suite('a CPU budget', () => {
  test('holds for all slices of a run together: one that burns and sleeps by turns ends near it', async () => {
    const box = await node.box(GENOME, BUDGET);
    const result = await box.run('nibble', [1_000], { timeoutMs: 60_000 });
    failure(result, 'CPU_LIMIT');
    assert.match(result.receipt.reason, SAID);
    assert.ok(
      result.receipt.cpuUs >= 400_000 && result.receipt.cpuUs < 1_200_000,
      `${result.receipt.cpuUs} us`,
    );
    assert.equal(valueOf(await box.run('nibble', [1], { timeoutMs: 60_000 })), 1);
  });

  test('that is used up is the reason, whatever the guest throws afterwards', async () => {
    const box = await node.box(GENOME, BUDGET);
    failure(await box.run('countAndThrow', [3_000_000], { cpuTimeMs: 1, timeoutMs: 60_000 }), 'CPU_LIMIT');
  });

  test('holds for all cases of a suite together', async () => {
    const cases = Array.from({ length: 100 }, () => ({ function: 'burn', arguments: [100] }));
    const box = await node.box(GENOME, BUDGET);
    const evaluation = await sandboxes.evaluate(box.id, { suite: { cases, caseTimeoutMs: 10_000 } });
    assert.equal(evaluation.outcome, 'CPU_LIMIT');
    assert.match(evaluation.receipt.reason, SAID);
    assert.ok(evaluation.receipt.cpuUs < 1_200_000, `${evaluation.receipt.cpuUs} us`);
  });

  test('holds for all calls of a fitness program together, and says whose doing it was', async () => {
    const program = (body: string) => ({ program: { javascript: body, callTimeoutMs: 10_000 } });
    const box = await node.box(GENOME, BUDGET);
    const greedy = program(
      `export default async (c) => { for (let n = 0; n < 100; n++) await c.try('burn', 100); return 1; }`,
    );
    const evaluation = await sandboxes.evaluate(box.id, greedy);
    assert.equal(evaluation.outcome, 'CPU_LIMIT');
    assert.match(evaluation.receipt.reason, SAID);
    const own = program(`export default async (c) => {
      for (let n = 0; n < 100; n++) { const end = Date.now() + 100; while (Date.now() < end); await c.call('burn', 0); }
      return 1;
    }`);
    await assert.rejects(sandboxes.evaluate(box.id, own), { reason: 'FITNESS_PROGRAM_FAILED' });
  });
});

suite('the CPU time of a run', () => {
  test('that takes its worker down is in its receipt and its sandbox’s account', async () => {
    const box = await node.box(GENOME, { limits: { memoryBytes: 64 * 1024 * 1024 } });
    const { cpuTotalUs } = await sandboxes.usage(box.id);
    const result = await box.run('grow', [], { timeoutMs: 60_000 });
    failure(result, 'MEMORY_LIMIT');
    const { cpuUs, workerLost } = result.receipt;
    assert.equal(workerLost, true);
    assert.ok(cpuUs > 20_000, `${cpuUs} us`);
    assert.equal((await sandboxes.usage(box.id)).cpuTotalUs, cpuTotalUs + cpuUs);
  });

  test('includes that of attempts that were lost with their workers', async () => {
    const box = await node.box(GENOME);
    const { workerPid } = await sandboxes.usage(box.id);
    const startedMs = cpuOf(workerPid);
    const running = box.run('spin', [], { cpuTimeMs: 2_000, timeoutMs: 60_000 });
    await until('the first attempt has used a second', () => cpuOf(workerPid) > startedMs + 1_000);
    process.kill(workerPid, 'SIGKILL');
    const result = await running;
    failure(result, 'CPU_LIMIT');
    assert.equal(result.receipt.attempt, 2);
    assert.ok(result.receipt.cpuUs > 2_150_000, `${result.receipt.cpuUs} us`);
  });
});
