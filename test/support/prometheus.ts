/** A real Prometheus, where the machine has one. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { until } from './until.ts';

const BINARY = ['/usr/bin/prometheus', '/usr/local/bin/prometheus'].find((path) => existsSync(path));

/** Why tests that need it are skipped; false if it is there. */
export const noPrometheus: string | false =
  BINARY === undefined && 'there is no Prometheus on this machine (Debian: apt-get install prometheus)';

export type Sample = { metric: Record<string, string>; value: [time: number, value: string] };
export type Rule = { name: string; query: string; health: string; lastError?: string };

export type Prometheus = AsyncDisposable & {
  query: (promql: string) => Promise<Sample[]>;
  rules: () => Promise<Rule[]>;
};

/** Scrapes `target` every second as the job "petri", and evaluates the rules. */
export async function startPrometheus(target: string, rulesFile: string): Promise<Prometheus> {
  const directory = await mkdtemp(join(tmpdir(), 'petri-prometheus-'));
  const config = {
    global: { scrape_interval: '500ms', evaluation_interval: '500ms' },
    rule_files: [rulesFile],
    scrape_configs: [{ job_name: 'petri', static_configs: [{ targets: [target] }] }],
  };
  await writeFile(join(directory, 'prometheus.yml'), JSON.stringify(config));
  const port = await freePort();
  const child = spawn(
    BINARY!,
    [
      `--config.file=${join(directory, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const get = async (path: string): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    const answer = (await response.json()) as { status: string; error?: string; data: unknown };
    if (answer.status !== 'success') throw new Error(answer.error);
    return answer.data;
  };
  await until('Prometheus is ready', async () => {
    if (child.exitCode !== null) throw new Error(`Prometheus ended: ${log}`);
    return fetch(`http://127.0.0.1:${port}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
  return {
    query: async (promql) =>
      ((await get(`/api/v1/query?query=${encodeURIComponent(promql)}`)) as { result: Sample[] }).result,
    rules: async () =>
      ((await get('/api/v1/rules')) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules),
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}
