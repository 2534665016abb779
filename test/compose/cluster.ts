import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connect, type Petri } from '@petri/client';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
// Beside the ports of a cluster that somebody may have running.
const PORTS = '51100-51120';

/** Why there is no cluster to be had here; undefined if there is. */
export async function withoutEngine(): Promise<string | undefined> {
  try {
    await run('docker', ['compose', 'version']);
    await run('docker', ['info', '--format', '{{.ServerVersion}}']);
    return undefined;
  } catch (error) {
    const { stderr = '', message } = error as { stderr?: string; message: string };
    const why = (stderr.trim() || message).split('\n')[0];
    return `no Docker engine with Compose answers (${why}): install Docker, or start it`;
  }
}

/** The repository's compose file, brought up as a project of its own; gone with its volumes at the end. */
export class Cluster implements AsyncDisposable {
  readonly #project = `petri-test-${process.pid}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'petri-compose-'));

  static async up(): Promise<Cluster> {
    const cluster = new Cluster();
    try {
      await cluster.compose('up', '--detach', '--build', '--wait');
    } catch (thrown) {
      await cluster[Symbol.asyncDispose]();
      throw thrown;
    }
    return cluster;
  }

  /** Runs `docker compose`; answers what it prints. Throws with both its outputs if it fails. */
  async compose(...args: string[]): Promise<string> {
    const env = { ...process.env, PETRI_PORTS: PORTS, PETRI_PROMETHEUS_PORT: '0' };
    const options = { cwd: ROOT, env, maxBuffer: 64 * 1024 * 1024 };
    try {
      const { stdout } = await run('docker', ['compose', '--project-name', this.#project, ...args], options);
      return stdout.trim();
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`docker compose ${args.join(' ')}:\n${stdout}\n${stderr}`, { cause: error });
    }
  }

  /** How many containers of a service are healthy. */
  async healthy(service: string): Promise<number> {
    const lines = await this.compose('ps', '--format', 'json', service);
    return lines.split('\n').filter((line) => line.includes('"Health":"healthy"')).length;
  }

  /** Runs a command in one of the containers of a service, counted from 1. */
  exec(service: string, index: number, ...command: string[]): Promise<string> {
    return this.compose('exec', '--no-TTY', '--index', String(index), service, ...command);
  }

  /** Runs a service of the profile `tools` once. */
  once(service: string, ...args: string[]): Promise<string> {
    return this.compose('run', '--rm', '--no-TTY', service, ...args);
  }

  /** A connection to one of the nodes, counted from 1, with what the cluster made for its users. */
  async connect(index: number, token?: string): Promise<Petri> {
    const at = await this.compose('port', '--index', String(index), 'node', '50051');
    const ca = join(this.#folder, 'ca.pem');
    await this.compose('cp', '--index', String(index), 'node:/secrets/ca.pem', ca);
    const options = { tls: { ca: readFileSync(ca) }, connectTimeoutMs: 30_000 };
    const address = `localhost:${at.split(':').at(-1)}`;
    return connect(address, token === undefined ? options : { ...options, token });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    await this.compose('--profile', '*', 'down', '--volumes', '--timeout', '5');
  }
}
