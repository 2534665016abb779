/** `promtool test rules`, where the machine has it. */
import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from './directory.ts';

const BINARY = ['/usr/bin/promtool', '/usr/local/bin/promtool'].find((path) => existsSync(path));

/** Why tests that need it are skipped; false if it is there. */
export const noPromtool: string | false =
  BINARY === undefined && 'there is no promtool on this machine (Debian: apt-get install prometheus)';

/** What is scraped once a minute, in promtool's notation: `0+1x5` is 0 1 2 3 4 5, `_` nothing. */
export type Series = Readonly<Record<string, string>>;

export type Expectation = {
  alertname: string;
  /** Such as "12m". */
  eval_time: string;
  exp_alerts: { exp_labels: Record<string, string>; exp_annotations: Record<string, string> }[];
};

/** @throws Error with what promtool says, unless the rules do as expected */
export function testRules(rulesFile: string, series: Series, expected: Expectation[]): void {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'test.json');
  const input = Object.entries(series).map(([name, values]) => ({ series: name, values }));
  const test = { interval: '1m', input_series: input, alert_rule_test: expected };
  writeFileSync(file, JSON.stringify({ rule_files: [rulesFile], evaluation_interval: '30s', tests: [test] }));
  execFileSync(BINARY!, ['test', 'rules', file], { encoding: 'utf8', stdio: 'pipe' });
}
