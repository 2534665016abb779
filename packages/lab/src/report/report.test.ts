import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readDisplayConfig } from '../config.ts';
import { constant } from '../gp/tree.ts';
import { attack } from '../containment/containment.ts';
import { printContainment } from './containment.ts';
import { align, count, percent, tally } from './format.ts';
import { Output } from './output.ts';
import { powerLaw } from './power.ts';
import { Progress } from './progress.ts';
import type { GenerationReport } from '../evolution/evolve.ts';

function capture(terminal: boolean, env: NodeJS.ProcessEnv = {}, columns = 80) {
  const writes: string[] = [];
  const sink = { write: (text: string) => writes.push(text), isTTY: terminal, columns };
  return { writes, output: new Output(sink, readDisplayConfig(env)) };
}

const generation = (number: number, score: number): GenerationReport => ({
  generation: number,
  restarts: 0,
  best: { tree: constant(0), descent: [], source: '', size: 1, outcome: 'COMPLETED', score, components: {} },
  mean: score / 2,
  distinct: 10,
  evaluations: 100,
  cached: 0,
  evaluationsPerSecond: 1234.5,
  outcomes: { COMPLETED: 97, TIMEOUT: 2, CRASHED: 1 },
  elapsedMs: 81,
});

test('a terminal gets one line that is rewritten in place', () => {
  const { writes, output } = capture(true);
  const progress = new Progress(output, 10);
  progress.show(generation(0, 0.5));
  progress.show(generation(4, 0.5));
  assert.equal(writes.length, 2);
  assert.ok(writes.every((text) => text.startsWith('\r\u001b[2K') && !text.includes('\n')));
  assert.match(writes[1] ?? '', /█{10}░{10} generation 4 {2}best 0\.500000/);
});

test('a live line never wraps, and gives way to a line of text', () => {
  const { writes, output } = capture(true, {}, 20);
  output.status('x'.repeat(50));
  assert.equal(writes[0], `\r\u001b[2K${'x'.repeat(19)}`);
  output.line('done');
  assert.equal(writes[1], '\r\u001b[2Kdone\n');
});

test('anything else gets a plain line when something improved, and every tenth', () => {
  const { writes, output } = capture(false);
  const progress = new Progress(output, 30);
  for (let number = 0; number <= 20; number++) progress.show(generation(number, number < 5 ? 0.5 : 0.75));
  assert.deepEqual(
    writes.map((text) => /generation (\d+)/.exec(text)?.[1]),
    ['0', '5', '10', '20'],
  );
  assert.match(writes[0] ?? '', /1,235 evaluations\/s {2}kills 3\n$/);
});

test('colour is for terminals that want it', () => {
  const painted = (terminal: boolean, env = {}): string => capture(terminal, env).output.paint('green', 'ok');
  assert.equal(painted(true), '\u001b[32mok\u001b[0m');
  assert.equal(painted(false), 'ok');
  assert.equal(painted(true, { NO_COLOR: '1' }), 'ok');
  assert.equal(painted(true, { TERM: 'dumb' }), 'ok');
  assert.equal(capture(true, { TERM: 'dumb' }).output.live, false);
  assert.equal(capture(true, { NO_COLOR: '1' }).output.live, true);
});

test('any shape of the same power law shows the same exponent', () => {
  const rows = [[0.4], [1], [5], [30]];
  for (const law of [(a: number) => 365 * a * Math.sqrt(a), (a: number) => (365 * a * a) / Math.sqrt(a)]) {
    const { exponent, coefficient } = powerLaw(([a = 0]) => law(a), { rows }) ?? assert.fail('no power law');
    assert.ok(Math.abs(exponent - 1.5) < 1e-9);
    assert.ok(Math.abs(coefficient - 365) < 1e-6);
  }
});

test('what is no power law is not called one', () => {
  const rows = [[1], [2], [3], [4]];
  assert.equal(
    powerLaw(([x = 0]) => x * x + 2 * x - 1, { rows }),
    undefined,
  );
  assert.equal(
    powerLaw(([x = 0]) => x, { rows: [[-1], [1], [2]] }),
    undefined,
  );
  assert.equal(
    powerLaw(([x = 0, y = 0]) => x + y, {
      rows: [
        [1, 2],
        [2, 3],
        [3, 4],
      ],
    }),
    undefined,
  );
});

test('figures are grouped, shared out and aligned', () => {
  assert.equal(count(1234567.8), '1,234,568');
  assert.equal(percent(0.01234), '1.234 %');
  assert.equal(tally({ TIMEOUT: 2, COMPLETED: 1000, CRASHED: 0 }), 'COMPLETED 1,000 · TIMEOUT 2');
  assert.equal(tally({}), 'none');
  assert.deepEqual(
    align(
      [
        ['a', 'b'],
        ['long', '1000'],
      ],
      [1],
    ),
    ['a        b', 'long  1000'],
  );
});

test('a failed containment says what failed', async () => {
  const { writes, output } = capture(false);
  const evaluator = {
    async *evaluate() {
      yield {
        id: 'endless loop',
        outcome: 'TIMEOUT',
        components: {},
        reason: 'past its deadline',
        wallMs: 104,
      } as const;
    },
  };
  printContainment(
    await attack({ evaluator, seed: '1', signal: new AbortController().signal, innocents: 2 }),
    output,
  );
  const text = writes.join('');
  assert.match(text, /^ {2}ok +endless loop +TIMEOUT +104 ms +kept +past its deadline$/m);
  assert.match(text, /^ {2}NOT CONTAINED +V8 abort +no answer$/m);
  assert.match(text, /0 of 2 got exactly the score they should/);
  assert.match(text, /innocent-0: no answer/);
  assert.match(text, /containment failed/);
});
