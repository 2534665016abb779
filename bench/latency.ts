import { setTimeout } from 'node:timers/promises';
import { createServiceClient } from '@petri/contracts';
import { Outcome, SandboxStatus } from '@petri/contracts/v1';
import type { Benchmark, Context, Row, Target } from './support/benchmark.ts';
import { EchoService } from './support/echo-service.ts';
import { Helper } from './support/helper.ts';
import type { EchoAnswer, EchoQuestion } from './support/messages.ts';
import { type BenchNode, dial, startNode } from './support/node.ts';
import { median, quantile } from './support/quantiles.ts';
import { figure, none, versus } from './support/rows.ts';
import { call, genome, smallResult, smallSource } from './support/small.ts';

// One after another within a block: creations that follow each other at once find the pool as it then is.
const BLOCK = 50;
const RELOADED = 20;
// Long enough for a pool of warm isolates to be refilled.
const PAUSE_MS = 10;

/** One call, which answers whether it did what it should. */
type Operation = {
  what: string;
  target: Target;
  /** How long the caller does something else before each call, and before each echo too. Default: not at all. */
  pauseMs?: number;
  once: () => Promise<boolean>;
};

export const latency: Benchmark = {
  name: 'latency',
  title: 'Latency of one call after another, against a unary gRPC echo',
  async run(context): Promise<Row[]> {
    await using node = await startNode();
    await using server = new Helper<EchoQuestion, EchoAnswer>(new URL('children/echo.ts', import.meta.url));
    const channel = dial((await server.ask({})).address);
    const client = createServiceClient(EchoService, channel);
    const text = 'an echo of about as many bytes as a small request has to carry';
    const echo = async () => (await client.echo({ value: text })).value === text;
    const created: string[] = [];
    try {
      const operations = await operationsOn(node, created);
      const tidy = async () => {
        if (created.length > 0) await node.sandboxes.batchDestroy({ ids: created.splice(0) });
      };
      return await measure(context, operations, echo, tidy);
    } finally {
      channel.close();
    }
  },
};

async function operationsOn({ sandboxes }: BenchNode, created: string[]): Promise<Operation[]> {
  let serial = 0;
  const id = (): string => {
    created.push(`new${++serial}`);
    return `new${serial}`;
  };
  const reloaded = Array.from({ length: RELOADED }, (_, n) => `reloaded${n}`);
  for (const name of ['steady', ...reloaded])
    await sandboxes.createSandbox({ id: name, genome: genome(smallSource(0)) });
  const running = (status: SandboxStatus | undefined) => status === SandboxStatus.RUNNING;
  const create = async () => {
    const request = { id: id(), genome: genome(smallSource(serial)) };
    return running((await sandboxes.createSandbox(request)).sandbox?.status);
  };
  return [
    {
      what: 'GetSandbox',
      target: { atMost: 1.5 },
      once: async () => running((await sandboxes.getSandbox({ id: 'steady' })).sandbox?.status),
    },
    {
      what: 'Run',
      target: { atMost: 2 },
      once: async () => {
        const x = ++serial;
        const { result } = await sandboxes.run({ id: 'steady', spec: call('f', x) });
        const right = { case: 'numberValue', value: smallResult(0, x) };
        const { kind } = result?.value ?? {};
        return (
          result?.outcome === Outcome.COMPLETED && kind?.case === right.case && kind?.value === right.value
        );
      },
    },
    {
      what: 'CreateSandbox, empty',
      target: { atMost: 2 },
      once: async () => running((await sandboxes.createSandbox({ id: id() })).sandbox?.status),
    },
    { what: 'CreateSandbox, one small module', target: { atMost: 2 }, once: create },
    {
      what: `CreateSandbox, one small module, ${PAUSE_MS} ms apart`,
      target: { atMost: 2 },
      pauseMs: PAUSE_MS,
      once: create,
    },
    {
      what: 'ReloadSource',
      target: { atMost: 4 },
      once: async () => {
        const request = { id: reloaded[++serial % RELOADED]!, modules: genome(smallSource(serial)).modules! };
        const { sandbox } = await sandboxes.reloadSource(request);
        return running(sandbox?.status);
      },
    },
  ];
}

async function measure(
  { quick, progress }: Context,
  operations: readonly Operation[],
  echo: () => Promise<boolean>,
  tidy: () => Promise<void>,
): Promise<Row[]> {
  const rounds = quick ? 5 : 20;
  let wrong = 0;
  const block = async (once: () => Promise<boolean>, pauseMs: number): Promise<number[]> => {
    const times: number[] = [];
    for (let i = 0; i < BLOCK; i++) {
      if (pauseMs > 0) await setTimeout(pauseMs);
      const started = performance.now();
      if (!(await once())) wrong++;
      times.push(performance.now() - started);
    }
    return times;
  };

  const rows: Row[] = [];
  const tails: Row[] = [];
  const echoes: number[] = [];
  for (const { what, target, pauseMs = 0, once } of operations) {
    const [own, echoed]: [number[][], number[][]] = [[], []];
    // Rounds below 0 warm up.
    for (let round = -3; round < rounds; round++) {
      progress(`${what}: ${round < 0 ? 'warming up' : `round ${round + 1} of ${rounds}`}`);
      const [echoTimes, ownTimes] = [await block(echo, pauseMs), await block(once, pauseMs)];
      await tidy();
      if (round < 0) continue;
      own.push(ownTimes);
      echoed.push(echoTimes);
    }
    const baseline = { what: 'echo', values: echoed.map(median) };
    rows.push(versus(`${what}, p50`, own.map(median), 'ms', baseline, target));
    tails.push(figure(`${what}, p99`, quantile(own.flat(), 0.99), 'ms'));
    if (pauseMs === 0) echoes.push(...echoed.flat());
  }
  tails.push(figure('echo, p99', quantile(echoes, 0.99), 'ms'));
  return [...rows, ...tails, none('wrong answers', wrong)];
}
