import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionTo } from '../../test/connection.ts';
import { TrustedEvaluator } from '../../test/trusted-evaluator.ts';
import { Output } from '../report/output.ts';
import { DataError } from '../csv/violation.ts';
import { planDemo, runDemo } from './demo.ts';
import { toDocument } from './document.ts';
import { parseOptions } from './options.ts';
import type { DemoResult } from './result.ts';

async function run(...args: string[]): Promise<DemoResult & { lines: string[] }> {
  let printed = '';
  const sink = { write: (text: string) => (printed += text) };
  const result = await runDemo(await planDemo(parseOptions(args)), {
    connection: connectionTo(new TrustedEvaluator()),
    output: new Output(sink, { color: true, liveLine: true }),
    signal: new AbortController().signal,
  });
  return { ...result, lines: printed.split('\n') };
}

test('a part prints its progress in plain lines, its result, and a summary', async () => {
  const { results, lines } = await run('--problem', 'quadratic');
  assert.ok(results.every(({ passed }) => passed));
  assert.ok(lines.every((line) => !line.includes('\u001b') && !line.includes('\r')));
  const text = lines.join('\n');
  assert.match(text, /^ {2}generation 0 {2}best 0\.\d+/m);
  assert.match(text, /^ {2}formula +f\(x\) = x \* x \+ 2 \* x - 1$/m);
  assert.match(text, /^ {2}held out +largest error on 200 unseen points .*: reached$/m);
  assert.match(text, /^ {2}outcomes +COMPLETED /m);
  assert.match(text, /^ {2}kills +none$/m);
  assert.match(text, /^ {4}export function predict\(x\) {$/m);
  assert.match(text, /^quadratic +reached +\d+/m);
});

test("Kepler's law is shown as the power it is, body by body", async () => {
  const { lines } = await run('--problem', 'kepler');
  const text = lines.join('\n');
  assert.match(text, /^ {2}where +a = semi_major_axis_au$/m);
  assert.match(text, /^ {2}power law +36\d\.?\d* · a\^1\.(?:500|499)\d$/m);
  assert.match(text, /^ {4}Saturn +10759\.2 +107\d\d(?:\.\d+)? +-?0\.\d+ %$/m);
});

test('a target that is missed is said to be', async () => {
  const { results, lines } = await run('--problem', 'quadratic', '--generations', '1', '--population', '20');
  assert.equal(results[0]?.passed, false);
  assert.match(lines.join('\n'), /not reached/);
});

test('results are one JSON document with every figure of the table', async () => {
  const result = await run('--problem', 'quadratic');
  const document = JSON.parse(toDocument(result, '1'));
  assert.equal(document.passed, true);
  const [part] = document.parts;
  const [first] = result.results;
  assert.equal(part.formula, 'x * x + 2 * x - 1');
  assert.equal(
    part.generations,
    first?.kind === 'solution' ? first.solution.evolution.last.generation + 1 : 0,
  );
  for (const field of ['genome', 'evaluations', 'evaluationsPerSecond', 'outcomes', 'kills', 'heldOut']) {
    assert.ok(field in part, field);
  }
});

test('an unusable file is refused before anything runs', async () => {
  await assert.rejects(run('--data', 'no-such-file.csv', '--target', 'y'), DataError);
});
