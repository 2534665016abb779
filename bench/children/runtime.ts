import { startSandboxRuntime } from '@petri/sandbox';
import { cpuDuring } from '../support/cpu.ts';
import { answer } from '../support/helper.ts';
import type { RuntimeAnswer, RuntimeQuestion } from '../support/messages.ts';
import { SANDBOXES, smallResult, smallSource } from '../support/small.ts';

const runtime = await startSandboxRuntime();
for (let n = 0; n < SANDBOXES; n++)
  await runtime.create({
    id: `s${n}`,
    genome: {
      modules: [{ name: 'main', code: { language: 'javascript', source: smallSource(n) } }],
      entry: 'main',
    },
  });

async function runAll(runs: number): Promise<number> {
  let next = 0;
  let wrong = 0;
  const lane = async () => {
    for (let i = next++; i < runs; i = next++) {
      const sandbox = i % SANDBOXES;
      const { valueJson } = await runtime.run(`s${sandbox}`, {
        target: { kind: 'call', module: '', function: 'f', argumentsJson: `[${i}]` },
      });
      if (valueJson !== String(smallResult(sandbox, i))) wrong++;
    }
  };
  await Promise.all(Array.from({ length: runtime.concurrency }, lane));
  return wrong;
}

answer(
  async ({ runs }: RuntimeQuestion): Promise<RuntimeAnswer> => {
    const workers = runtime.status().workers.filter(({ state }) => state === 'ACTIVE');
    const pids = [process.pid, ...workers.map(({ pid }) => pid)];
    const started = performance.now();
    const { result: wrong, cpuUs } = await cpuDuring(pids, () => runAll(runs));
    const perSecond = (runs / (performance.now() - started)) * 1000;
    const [cpuUsPerRun, ...workersCpuUsPerRun] = cpuUs.map((cpu) => cpu / runs);
    return { perSecond, wrong, cpuUsPerRun: cpuUsPerRun!, workersCpuUsPerRun };
  },
  () => runtime.close(),
);
