/** Each alert of deploy/prometheus fires where it should, and not where it shouldn't. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import { noPromtool, type Series, testRules } from './support/promtool.ts';

const ALERTS = new URL('../deploy/prometheus/alerts.yml', import.meta.url).pathname;

type Rule = {
  alert: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
};
const { groups } = parse(readFileSync(ALERTS, 'utf8')) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

/** When it is asked whether an alert fires: later than any waits for. */
const MINUTES = 30;
const [NEVER, ALWAYS] = [`0x${MINUTES}`, `1x${MINUTES}`];
/** So many more each minute. */
const grows = (count: number) => `0+${count}x${MINUTES}`;

/** Of two nodes, of which the other has nothing. */
const ofNode = (name: string, labels: string) => `${name}{instance="a",job="petri",${labels}}`;
const workers = (counts: { active?: string; held?: string; starting?: string }): Series => ({
  'petri_workers{instance="other",petri_state="active"}': ALWAYS,
  ...Object.fromEntries(
    ['active', 'held', 'starting'].map((state) => [
      ofNode('petri_workers', `petri_state="${state}"`),
      counts[state as keyof typeof counts] ?? NEVER,
    ]),
  ),
});
const lost = (cause: string) => ofNode('petri_workers_lost_total', `petri_cause="${cause}"`);
const killed = (reason: string) => ofNode('petri_kills_total', `petri_kill_reason="${reason}"`);
const queued = (le: string) => ofNode('petri_queue_duration_bucket', `le="${le}"`);
const evaluated = (outcome: string) => ofNode('petri_evaluations_total', `petri_outcome="${outcome}"`);
const answered = (code: string) =>
  ofNode('rpc_server_call_duration_count', `rpc_method="Run",rpc_response_status_code="${code}"`);
const inError = ofNode('petri_sandboxes', 'petri_status="error"');
const missed = 'petri_events_missed_total{instance="a"}';
const moved = (result: string) => ofNode('petri_migrations_total', `petri_migration_result="${result}"`);

type Case = {
  /** How the labels of the alert differ from that of the node. */
  labels?: Record<string, string>;
  fires: Record<string, Series>;
  doesNot: Record<string, Series>;
};

const CASES: Record<string, Case> = {
  PetriNodeDown: {
    labels: { job: 'petri' },
    fires: { 'a node does not answer': { 'up{job="petri",instance="a"}': NEVER } },
    doesNot: {
      'it does': { 'up{job="petri",instance="a"}': ALWAYS },
      'it missed one scrape': { 'up{job="petri",instance="a"}': `1x${MINUTES - 1} 0` },
      'something else is down': { 'up{job="other",instance="a"}': NEVER },
    },
  },
  PetriNoNodes: {
    labels: { job: 'petri', instance: '' },
    fires: { 'others are scraped': { 'up{job="other",instance="a"}': ALWAYS } },
    doesNot: { 'a node is known, though it is down': { 'up{job="petri",instance="a"}': NEVER } },
  },
  PetriNoWorkers: {
    fires: { 'all of them start': workers({ starting: `2x${MINUTES}` }) },
    doesNot: {
      'one is active': workers({ active: ALWAYS }),
      'all are held': workers({ held: ALWAYS }),
    },
  },
  PetriAllWorkersHeld: {
    fires: { 'none is left': workers({ held: `2x${MINUTES}` }) },
    doesNot: {
      'one is left': workers({ held: ALWAYS, active: ALWAYS }),
      'there are none': workers({ starting: ALWAYS }),
    },
  },
  PetriWorkersKilledFromOutside: {
    fires: { 'one is lost each minute': { [lost('other')]: grows(1) } },
    doesNot: {
      'guests take them down': { [lost('run')]: grows(10), [lost('other')]: NEVER },
      'it happened long ago': { [lost('other')]: `0+5x10 50x${MINUTES}` },
    },
  },
  PetriGuestsKilled: {
    labels: { petri_kill_reason: 'cpu' },
    fires: { 'more than ten in a second': { [killed('cpu')]: grows(660), [killed('memory')]: grows(540) } },
    doesNot: { 'fewer for each reason': { [killed('cpu')]: grows(540), [killed('memory')]: grows(540) } },
  },
  PetriQueueSlow: {
    fires: {
      'a part waits for longer': {
        [queued('5')]: grows(90),
        [queued('10')]: grows(100),
        [queued('+Inf')]: grows(100),
      },
    },
    doesNot: {
      'nearly none does': {
        [queued('5')]: grows(999),
        [queued('10')]: grows(1_000),
        [queued('+Inf')]: grows(1_000),
      },
      'nothing runs': { [queued('5')]: NEVER, [queued('10')]: NEVER, [queued('+Inf')]: NEVER },
    },
  },
  PetriEvaluationsFail: {
    fires: {
      'more than nine of ten do, in several ways': {
        [evaluated('completed')]: grows(9),
        [evaluated('threw')]: grows(50),
        [evaluated('timeout')]: grows(50),
      },
    },
    doesNot: {
      'half of them do': { [evaluated('completed')]: grows(50), [evaluated('threw')]: grows(50) },
      'there are none': { [evaluated('completed')]: NEVER, [evaluated('threw')]: NEVER },
    },
  },
  PetriInternalErrors: {
    fires: {
      'the first of its kind': { [answered('INTERNAL')]: `_x${MINUTES - 5} 1x5` },
      'one more': { [answered('INTERNAL')]: `1x${MINUTES - 5} 2x5` },
    },
    doesNot: {
      'others are answered': { [answered('OK')]: grows(10), [answered('NOT_FOUND')]: grows(10) },
      'it was long ago': { [answered('INTERNAL')]: `_x5 1x${MINUTES}` },
    },
  },
  PetriSandboxesInError: {
    fires: { 'more than a hundred': { [inError]: `101x${MINUTES}` } },
    doesNot: {
      'a hundred': { [inError]: `100x${MINUTES}` },
      'only for a moment': { [inError]: `0x${MINUTES - 10} 500x10` },
    },
  },
  PetriWatchersTooSlow: {
    fires: { 'all the time': { [missed]: grows(1) } },
    doesNot: { 'not any more': { [missed]: `0+1x10 10x${MINUTES}` } },
  },
  PetriMigrantsDropped: {
    fires: { 'more than one in a second': { [moved('dropped')]: grows(66) } },
    doesNot: { 'they are let in': { [moved('admitted')]: grows(600), [moved('dropped')]: grows(54) } },
  },
};

suite('an alert', { skip: noPromtool }, () => {
  for (const { alert, labels, annotations } of rules) {
    const { labels: differ, fires, doesNot } = CASES[alert] ?? { fires: {}, doesNot: {} };
    const told = Object.fromEntries(
      Object.entries({ instance: 'a', ...differ }).filter(([, value]) => value !== ''),
    );
    const said = Object.entries(annotations).map(([key, text]) => [
      key,
      text.replaceAll(/\{\{ \$labels\.(\w+) \}\}/g, (_, label: string) => told[label] ?? ''),
    ]);
    const firing = {
      exp_labels: { ...labels, ...told },
      exp_annotations: Object.fromEntries(said) as Record<string, string>,
    };
    const at = { alertname: alert, eval_time: `${MINUTES}m` };

    test(`${alert} fires where it should`, () => {
      assert.ok(Object.keys(fires).length > 0, 'nothing makes it fire');
      for (const [why, series] of Object.entries(fires))
        explained(why, () => testRules(ALERTS, series, [{ ...at, exp_alerts: [firing] }]));
    });

    test(`${alert} does not fire where it should not`, () => {
      assert.ok(Object.keys(doesNot).length > 0, 'nothing leaves it quiet');
      for (const [why, series] of Object.entries(doesNot))
        explained(why, () => testRules(ALERTS, series, [{ ...at, exp_alerts: [] }]));
    });
  }

  test('that is tested is there', () => {
    assert.deepEqual(Object.keys(CASES).sort(), rules.map(({ alert }) => alert).sort());
  });
});

function explained(why: string, check: () => void): void {
  try {
    check();
  } catch (thrown) {
    const { stdout = '', stderr = '' } = thrown as { stdout?: string; stderr?: string };
    throw new Error(`${why}: ${stdout}${stderr}`, { cause: thrown });
  }
}
