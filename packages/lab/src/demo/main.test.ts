import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionTo } from '../../test/connection.ts';
import { TrustedEvaluator } from '../../test/trusted-evaluator.ts';
import type { Evaluator } from '../evolution/evaluator.ts';
import { main } from './main.ts';
import type { Connection } from './connection.ts';
import type { MainOptions } from './main.ts';

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly connections: number;
  readonly disposals: number;
}

async function run(args: readonly string[], overrides: Partial<MainOptions> = {}): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const counts = { connections: 0, disposals: 0 };
  const connect = async (): Promise<Connection> => {
    counts.connections++;
    return connectionTo(new TrustedEvaluator(), () => counts.disposals++);
  };
  const status = await main({
    args,
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    display: { color: false, liveLine: false },
    signal: new AbortController().signal,
    connect,
    ...overrides,
  });
  return { status, ...written, ...counts };
}

test('a reached target is status 0, and the node is let go', async () => {
  const { status, stdout, disposals } = await run(['--problem', 'quadratic']);
  assert.equal(status, 0);
  assert.match(stdout, /x \* x \+ 2 \* x - 1/);
  assert.equal(disposals, 1);
});

test('a missed target is status 1', async () => {
  const { status, disposals } = await run([
    '--problem',
    'quadratic',
    '--generations',
    '1',
    '--population',
    '20',
  ]);
  assert.equal(status, 1);
  assert.equal(disposals, 1);
});

test('wrong usage is status 2, without a node', async () => {
  const { status, stderr, connections } = await run(['--sed', '1']);
  assert.equal(status, 2);
  assert.match(stderr, /did you mean --seed\?\nnpm run demo -- --help lists the flags\n$/);
  assert.equal(connections, 0);
});

test('an unusable file is status 2, without a node', async () => {
  const { status, stderr, connections } = await run(['--data', 'no-such.csv', '--target', 'y']);
  assert.equal(status, 2);
  assert.match(stderr, /no-such\.csv cannot be used:\n {2}there is no such file\n$/);
  assert.equal(connections, 0);
});

test('help is status 0, on standard output', async () => {
  const { status, stdout, connections } = await run(['--help']);
  assert.equal(status, 0);
  assert.match(stdout, /--population/);
  assert.equal(connections, 0);
});

test('with --json standard output holds one document and nothing else', async () => {
  const { status, stdout, stderr } = await run(['--problem', 'quadratic', '--json']);
  assert.equal(status, 0);
  assert.equal(JSON.parse(stdout).parts[0].formula, 'x * x + 2 * x - 1');
  assert.match(stderr, /generation 0/);
});

test('a node that cannot be reached is status 1, with its reason', async () => {
  const connect = async (): Promise<never> => {
    throw new Error('the node did not start');
  };
  const { status, stderr } = await run([], { connect });
  assert.equal(status, 1);
  assert.equal(stderr, '\nthe node did not start\n');
});

test('an interrupted demo says so, with the status of shells, and lets the node go', async () => {
  const controller = new AbortController();
  const inner = new TrustedEvaluator();
  let disposals = 0;
  const evaluator: Evaluator = {
    evaluate(candidates, data, signal) {
      controller.abort();
      return inner.evaluate(candidates, data, signal);
    },
  };
  const connect = async (): Promise<Connection> => connectionTo(evaluator, () => disposals++);
  const { status, stderr } = await run([], { signal: controller.signal, connect });
  assert.equal(status, 130);
  assert.match(stderr, /interrupted/);
  assert.equal(disposals, 1);
});
