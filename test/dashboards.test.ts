import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { after, suite, test } from 'node:test';
import { connect, type Petri } from '@petri/client';
import { GarbageReason } from '@petri/contracts/v1';
import { parse } from 'yaml';
import { freePort } from './support/free-port.ts';
import { startNodeProcess } from './support/node-process.ts';
import { noPrometheus, startPrometheus } from './support/prometheus.ts';
import { readingOf } from './support/promql.ts';
import { until } from './support/until.ts';

const ALERTS = new URL('../deploy/prometheus/alerts.yml', import.meta.url).pathname;
const GRAFANA = new URL('../deploy/grafana/', import.meta.url).pathname;

type Query = { from: string; expr: string };
type Panel = { title: string; targets?: { expr: string }[] };
type Dashboard = { panels: Panel[]; templating: { list: { name: string; definition?: string }[] } };

const dashboards = globSync('*.json', { cwd: GRAFANA }).flatMap((file): Query[] => {
  const { panels, templating } = JSON.parse(readFileSync(GRAFANA + file, 'utf8')) as Dashboard;
  const shown = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ from: `${file}: ${title}`, expr })),
  );
  const chosen = templating.list.flatMap(({ name, definition = '' }) => {
    const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? [];
    return metric === undefined
      ? []
      : [{ from: `${file}: $${name}`, expr: `count by (${label}) (${metric})` }];
  });
  return [...shown, ...chosen];
});
const rules = parse(readFileSync(ALERTS, 'utf8')) as {
  groups: { rules: { alert: string; expr: string }[] }[];
};
const alerts = rules.groups.flatMap((group) =>
  group.rules.map(({ alert, expr }): Query => ({ from: alert, expr })),
);

/** What Grafana would send. */
const filledIn = ({ expr }: Query) =>
  expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(?:instance|population)/g, '.*');

/** Added by whoever scrapes, and to every histogram. */
const LABELS_OF_SCRAPE = ['instance', 'job', 'le'];

const port = await freePort();
const node = await startNodeProcess({
  PETRI_WORKERS: '1',
  PETRI_SPARES: '1',
  OTEL_METRICS_EXPORTER: 'prometheus',
  OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
  OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
  PETRI_ISLANDS: 'east,west',
  PETRI_BEAT_MS: '20',
  PETRI_GC_INTERVAL_MS: '0',
  PETRI_GC_RETAIN_GENERATIONS: '1',
  PETRI_METRICS_POPULATIONS: 'shown,shown-too',
});
after(() => node.stop());

let evolutions = 0;
/** One that metrics may name, and one that they may not. */
const [SHOWN, HIDDEN] = ['shown', 'hidden'];
{
  await using petri = await connect(node.address);
  for (const id of [SHOWN, HIDDEN]) await petri.populations.create({ id });
}

const GENOME = `
  export const f = (n) => n * 2;
  export const fail = () => { throw new Error('no'); };
  export const hang = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);`;

/** Some of all that a node does. */
async function liven(): Promise<void> {
  await using petri = await connect(node.address);
  const { sandboxes, populations, fitness } = petri;
  const { id } = await sandboxes.create({ genome: GENOME });
  await sandboxes.reload(id, `${GENOME}\nexport const g = 1;`);
  await sandboxes.run(id, 'fail');
  await sandboxes.run(id, 'hang', [], { timeoutMs: 20 });
  const suite = { cases: [{ function: 'f', arguments: [2], expected: 4 }] };
  await sandboxes
    .evaluateSources([{ genome: GENOME }, { genome: 'export const f = () => 1;' }], { suite })
    .summary();
  await sandboxes
    .batchRun(
      Array.from({ length: 20 }, () => ({ id })),
      { spec: { function: 'f', arguments: [1] } },
    )
    .summary();
  for (const population of [SHOWN, HIDDEN]) {
    await populations.add(population, [id]);
    await fitness.record(population, [{ id, score: 0.5 }]);
  }
  await assert.rejects(sandboxes.call('nobody', 'f'));
  await migrate(petri, id);
  await collect(petri);
}

/** From one island of the node to the other, where nobody can evaluate it: it is refused. */
async function migrate({ populations, fitness, archipelago }: Petri, id: string): Promise<void> {
  const name = `m${evolutions++}`;
  for (const island of ['east', 'west']) await populations.create({ id: `${name}.${island}` });
  await populations.add(`${name}.east`, [id]);
  await fitness.record(`${name}.east`, [{ id, score: 0.5 }]);
  await until('both islands are known', async () => (await archipelago.islands(name)).length === 2);
  const asked = await archipelago.migrate({ from: 'east', to: 'west', population: name });
  await until('it is over', async () => {
    const { sent, inFlight } = await archipelago.migration(asked.id);
    return sent > 0 && inFlight === 0;
  });
}

/** One that left its population long ago. */
async function collect({ populations, sandboxes, admin }: Petri): Promise<void> {
  const { id } = await sandboxes.create({ genome: GENOME });
  const { id: population } = await populations.create();
  await populations.add(population, [id]);
  for (let generation = 0; generation < 3; generation++) await populations.advance(population, {});
  const { collected } = await admin.collectGarbage();
  assert.ok(
    collected.some((item) => item.id === id),
    JSON.stringify(collected),
  );
}

async function scrape(): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  assert.equal(response.status, 200);
  return response.text();
}

await liven();

suite('what a Prometheus scrapes', () => {
  test('has every metric and label that dashboards and alerts ask for', async () => {
    const text = await scrape();
    const labels = new Map<string, Set<string>>([['up', new Set()]]);
    for (const [, name = '', inside = ''] of text.matchAll(/^([a-z]\w*)(?:\{(.*)\})? \S+$/gm)) {
      const known = labels.get(name) ?? new Set();
      for (const [, label = ''] of inside.matchAll(/(\w+)="/g)) known.add(label);
      labels.set(name, known);
    }
    const missing = [...dashboards, ...alerts].flatMap(({ from, expr }) => {
      const reading = readingOf(expr);
      assert.ok(reading.metrics.length > 0, `${from} reads nothing: ${expr}`);
      const unknown = reading.metrics.filter((name) => !labels.has(name));
      const known = new Set(reading.metrics.flatMap((name) => [...(labels.get(name) ?? [])]));
      const unlabelled = reading.labels.filter(
        (label) => !known.has(label) && !LABELS_OF_SCRAPE.includes(label),
      );
      return [...unknown, ...unlabelled].map((name) => `${from}: ${name}`);
    });
    assert.deepEqual(missing, []);
    assert.ok(dashboards.length >= 30 && alerts.length >= 10);
  });

  test('every metric of the node is shown or watched somewhere', async () => {
    const used = new Set([...dashboards, ...alerts].flatMap(({ expr }) => readingOf(expr).metrics));
    const family = (name: string) => name.replace(/_(?:bucket|count|sum)$/, '');
    const families = new Set([...used].map(family));
    const offered = [...(await scrape()).matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
    assert.deepEqual(
      offered.filter((name) => /^(?:petri|rpc)_/.test(name) && !families.has(name)),
      [],
    );
  });

  test('has every reason to collect garbage, whether it occurred or not', async () => {
    const told = [
      ...(await scrape()).matchAll(/^petri_gc_collected_total\{.*petri_gc_reason="(\w+)".*\} \d+$/gm),
    ];
    const reasons = Object.keys(GarbageReason).filter((name) => /^[A-Z]+$/.test(name));
    assert.deepEqual(
      told.map(([, reason = '']) => reason.toUpperCase()).sort(),
      reasons.filter((name) => name !== 'UNSPECIFIED').sort(),
    );
  });

  test('has every state of a worker, whether one is in it or not', async () => {
    const told = [...(await scrape()).matchAll(/^petri_workers\{.*petri_state="(\w+)".*\} \d+$/gm)];
    const states = told.map(([, state = '']) => state).sort();
    assert.deepEqual(states, ['active', 'held', 'spare', 'starting']);
  });

  test('has no ids among its labels, but for populations that were named for that', async () => {
    const text = await scrape();
    const labels = new Set([...text.matchAll(/(\w+)="/g)].map(([, label = '']) => label));
    assert.deepEqual([...labels].filter((label) => /_id$|sandbox|population|trace|span/.test(label)).sort(), [
      'petri_population',
      'service_instance_id',
    ]);
    const named = new Set([...text.matchAll(/petri_population="(.*?)"/g)].map(([, name = '']) => name));
    assert.deepEqual([...named].sort(), ['shown', 'shown-too']);
  });
});

suite('a real Prometheus', { skip: noPrometheus }, () => {
  test('answers every query of the dashboards, and evaluates every alert', async () => {
    await using prometheus = await startPrometheus(`127.0.0.1:${port}`, ALERTS);
    const scrapes = async () =>
      Number((await prometheus.query('count_over_time(up[10m])'))[0]?.value[1] ?? 0);
    await until('it has scraped', async () => (await scrapes()) > 0);
    await liven();
    const seen = await scrapes();
    await until('it has scraped twice since', async () => (await scrapes()) >= seen + 2);
    const empty: string[] = [];
    for (const query of dashboards) {
      const result = await prometheus.query(filledIn(query));
      if (result.length === 0) empty.push(`${query.from}: ${query.expr}`);
      for (const [, names = ''] of query.expr.matchAll(/\bby \(([^)]*)\)/g))
        for (const name of names.split(', ').filter((label) => label !== 'le'))
          for (const { metric } of result)
            assert.ok(name in metric, `${query.from}: nothing has the label ${name}`);
    }
    assert.deepEqual(empty, []);
    for (const query of alerts) await prometheus.query(filledIn(query));
    await until('every alert was evaluated', async () =>
      (await prometheus.rules()).every(({ health }) => health !== 'unknown'),
    );
    const evaluated = await prometheus.rules();
    assert.equal(evaluated.length, alerts.length);
    for (const { name, health, lastError } of evaluated)
      assert.deepEqual([name, health, lastError], [name, 'ok', undefined]);
    // One scrape that is late makes an alert pending.
    const critical = () => prometheus.query('ALERTS{severity="critical"}');
    await until('no alert is critical', async () => (await critical()).length === 0);
  });

  test('would fire: an alert holds where what it is about is so', async () => {
    await using prometheus = await startPrometheus(`127.0.0.1:${await freePort()}`, ALERTS);
    const [down] = alerts.filter(({ from }) => from === 'PetriNodeDown');
    await until('the node is seen to be down', async () => (await prometheus.query(down!.expr)).length === 1);
  });
});

suite('the reader of queries', () => {
  test('tells metrics from functions, labels and ranges', () => {
    const query =
      'histogram_quantile(0.9, sum by (le, a) (rate(m_bucket{b=~"x|y",c!="z"}[5m]))) > 3 or absent(n offset 10m)';
    assert.deepEqual(readingOf(query), { metrics: ['m_bucket', 'n'], labels: ['le', 'a', 'b', 'c'] });
  });
});
