import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { HOSTILES } from '../containment/hostiles.ts';
import { main } from '../demo/main.ts';
import { connect } from './connect.ts';
import { NodeProcess } from './process.ts';

const ENVIRONMENT = { PATH: process.env['PATH'], PETRI_WORKERS: '2' };

interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The demo as its command runs it, on a real node. */
async function demo(args: readonly string[], signal = new AbortController().signal): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const status = await main({
    args,
    stdout: { write: (text) => (written.stdout += text) },
    stderr: { write: (text) => (written.stderr += text) },
    display: { color: false, liveLine: false },
    signal,
    connect: (options) => connect(options, ENVIRONMENT),
  });
  return { status, ...written };
}

suite('the demo on a real node over gRPC', { concurrency: 1 }, () => {
  test('it evolves the quadratic until it is exact on unseen points: status 0', async () => {
    const { status, stdout, stderr } = await demo(['--problem', 'quadratic']);
    assert.equal(status, 0, stderr + stdout);
    assert.match(
      stdout,
      /^ {2}a node started for this, at 127\.0\.0\.1:\d+, with 2 worker processes; seed 1$/m,
    );
    assert.match(stdout, /^ {2}held out +largest error on 200 unseen points .*: reached$/m);
    assert.match(stdout, /^quadratic +reached +\d+ +[\d,]+ +[\d,]+ +0 +f\(x\) = x \* x \+ 2 \* x - 1$/m);
  });

  test('a target that is out of reach is said to be missed: status 1', async () => {
    const args = ['--problem', 'kepler', '--population', '20', '--generations', '2'];
    const { status, stdout } = await demo(args);
    assert.equal(status, 1);
    assert.match(stdout, /^kepler +NOT REACHED/m);
  });

  test('it tells what became of each hostile program, and that nothing else was lost', async () => {
    const { status, stdout, stderr } = await demo(['--problem', 'containment', '--json']);
    assert.equal(status, 0, stderr);
    const { parts, workersLost } = JSON.parse(stdout);
    const [{ hostiles, innocents, right, lost, servesAfterwards }] = parts;
    assert.deepEqual(
      hostiles.map(({ name, contained }: { name: string; contained: boolean }) => [name, contained]),
      HOSTILES.map(({ name }) => [name, true]),
    );
    assert.deepEqual([right, lost, servesAfterwards], [innocents, [], true]);
    assert.ok(Object.values<number>(workersLost).reduce((all, count) => all + count, 0) > 0);
  });

  test('on a node that runs already, the same seed finds the same program in any isolation', async () => {
    await using node = await NodeProcess.start({ env: ENVIRONMENT });
    const genomes: unknown[] = [];
    for (const isolation of ['isolate', 'realm']) {
      const args = ['--problem', 'quadratic', '--isolation', isolation, '--json'];
      const { status, stdout, stderr } = await demo([...args, '--node', node.address]);
      assert.equal(status, 0, stderr);
      assert.match(stderr, new RegExp(`^  the node at ${node.address}, `, 'm'));
      genomes.push(JSON.parse(stdout).parts[0].genome);
    }
    assert.equal(genomes[0], genomes[1]);
  });

  test('an interrupted demo says so: status 130', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 700);
    const { status, stderr } = await demo(['--problem', 'containment'], controller.signal);
    assert.equal(status, 130);
    assert.match(stderr, /interrupted/);
  });

  test('an address where no node is, is reported by name: status 1', async () => {
    const address = '127.0.0.1:1';
    const { status, stderr } = await demo(['--node', address]);
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(address));
  });
});
