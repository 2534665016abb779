import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { chartOf } from './chart.ts';
import { growthOf, slopeOf } from './growth.ts';
import { complaintsOf, type Report, textOf } from './report.ts';
import type { Sample } from './sample.ts';

/** Half an hour of samples, changed by `change`. */
function samples(change: (minute: number) => Partial<Sample> = () => ({})): Sample[] {
  return Array.from({ length: 180 }, (_, index) => ({
    seconds: index * 10,
    nodeMiB: 150 + (index % 7),
    workersMiB: 400 + 50 * (index % 5),
    descriptors: 33,
    processes: index % 11 === 0 ? 5 : 4,
    p50Ms: index % 13 === 0 ? null : 2,
    p99Ms: 20,
    itemsPerSecond: 150,
    killersPerSecond: 1.5,
    load: 1,
    ...change(index / 6),
  }));
}

function report(change: Partial<Report> = {}): Report {
  return {
    startedAt: '2026-01-01T00:00:00.000Z',
    minutes: 30,
    machine: { node: 'v24.0.0', cores: 2, workers: 2, spares: 1 },
    complaints: '',
    exitCode: 0,
    answers: 1_000,
    killers: 10,
    outcomes: { TIMEOUT: 10 },
    wrong: 0,
    lost: 0,
    examples: [],
    growth: growthOf(samples()),
    samples: samples(),
    ...change,
  };
}

const growing = (change: (minute: number) => Partial<Sample>): string[] =>
  growthOf(samples(change)).flatMap(({ what, ok }) => (ok ? [] : [what]));

suite('the verdict of a soak', () => {
  test('is nothing to complain of where all was answered and nothing grew', () => {
    assert.deepEqual(complaintsOf(report()), []);
  });

  test('names what grows', () => {
    assert.deepEqual(
      growing((minute) => ({ nodeMiB: 150 + minute })),
      ['node'],
    );
    assert.deepEqual(
      growing((minute) => ({ workersMiB: 400 + 3 * minute })),
      ['workers'],
    );
    assert.deepEqual(
      growing((minute) => ({ descriptors: 33 + Math.floor(minute / 5) })),
      ['descriptors'],
    );
    assert.deepEqual(
      growing((minute) => ({ processes: 4 + Math.floor(minute / 5) })),
      ['processes'],
    );
  });

  test('forgives what grows while it warms up, and a peak', () => {
    assert.deepEqual(
      growing((minute) => ({ nodeMiB: minute < 7 ? 100 + 5 * minute : 140 })),
      [],
    );
    assert.deepEqual(
      growing((minute) => (minute > 28 ? { nodeMiB: 500 } : {})),
      [],
    );
  });

  test('says nothing of growth in a few minutes', () => {
    assert.deepEqual(growthOf(samples().slice(0, 50)), []);
  });

  test('complains of each thing that is wrong', () => {
    const growth = growthOf(samples((minute) => ({ nodeMiB: 150 + minute })));
    const bad = report({ wrong: 1, lost: 2, examples: ['wrong: x'], complaints: 'y', exitCode: 1, growth });
    assert.deepEqual(complaintsOf(bad), [
      '1 answers were wrong',
      '2 answers were lost',
      'wrong: x',
      'node: +1 MiB a minute, at most 0.45',
      'the node complained: y',
      'the node ended with 1',
    ]);
  });

  test('is kept as JSON', () => {
    assert.deepEqual(JSON.parse(textOf(report())), report());
  });
});

test('a slope is that of the line, whatever a few points do', () => {
  const line = Array.from({ length: 50 }, (_, x) => [x, x % 10 === 0 ? 1_000 : 3 * x] as const);
  assert.equal(slopeOf(line), 3);
  assert.equal(slopeOf([]), 0);
  assert.equal(slopeOf([[1, 1]]), 0);
});

test('a chart has a line for each series, and no point outside of it', () => {
  for (const each of [report(), report({ samples: samples().slice(0, 1) }), report({ samples: [] })]) {
    const svg = chartOf(each);
    assert.equal(svg.match(/<polyline /g)?.length, 9);
    assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)?.map(Number) ?? [];
    for (const [, x, y] of svg.matchAll(/(?<=[" ])([-\d.]+),([-\d.]+)/g))
      assert.ok(Number(x) >= 0 && Number(x) <= (width ?? 0) && Number(y) >= 0 && Number(y) <= (height ?? 0));
  }
});
