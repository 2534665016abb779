import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type Petri } from '@petri/client';
import { docker, firstLine } from './docker.ts';

// Beside the ports of a cluster that somebody may have running.
const PORTS = {
  PETRI_PORTS: '51100-51120',
  PETRI_COORDINATOR_PORTS: '51121-51129',
  PETRI_PROMETHEUS_PORT: '0',
  PETRI_GRAFANA_PORT: '0',
  PETRI_TRACES_PORT: '0',
};
/** What listens where, in the containers. */
const PORT_OF = { node: 50051, coordinator: 50050 };

/** The repository's compose file, brought up as a project of its own; gone with its volumes at the end. */
export class Cluster implements AsyncDisposable {
  readonly #project = `petri-test-${process.pid}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'petri-compose-'));
  #ca: Buffer | undefined;

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
  compose(...args: string[]): Promise<string> {
    return docker(['compose', '--project-name', this.#project, ...args], PORTS);
  }

  /** How many containers of a service are healthy. */
  async healthy(service: string): Promise<number> {
    const lines = await this.compose('ps', '--format', 'json', service);
    return lines.split('\n').filter((line) => line.includes('"Health":"healthy"')).length;
  }

  /** The id of a service's container, counted from 1. */
  async container(service: string, index: number): Promise<string> {
    const filters = [
      `com.docker.compose.project=${this.#project}`,
      `com.docker.compose.service=${service}`,
      `com.docker.compose.container-number=${index}`,
    ].flatMap((label) => ['--filter', `label=${label}`]);
    return docker(['ps', '--all', '--quiet', '--no-trunc', ...filters]);
  }

  /** What its container is called in there, and what a node or coordinator calls itself. */
  async nameOf(service: string, index: number): Promise<string> {
    return docker(['inspect', '--format', '{{.Config.Hostname}}', await this.container(service, index)]);
  }

  /** All at once, without a word to it; it stays down. */
  async kill(service: string, index: number): Promise<void> {
    await docker(['kill', await this.container(service, index)]);
  }

  /** After `kill`. */
  async start(service: string, index: number): Promise<void> {
    await docker(['start', await this.container(service, index)]);
  }

  /** Takes the container out of the network, in the middle of what it does. */
  async disconnect(service: string, index: number): Promise<void> {
    await docker(['network', 'disconnect', this.#network, await this.container(service, index)]);
  }

  /** As it was. */
  async reconnect(service: string, index: number): Promise<void> {
    const container = await this.container(service, index);
    await docker(['network', 'connect', '--alias', service, this.#network, container]);
  }

  /** Runs a command in one of the containers of a service, counted from 1. */
  exec(service: string, index: number, ...command: string[]): Promise<string> {
    return this.compose('exec', '--no-TTY', '--index', String(index), service, ...command);
  }

  /** Runs a service of the profile `tools` once. */
  once(service: string, ...args: string[]): Promise<string> {
    return this.compose('run', '--rm', '--no-TTY', service, ...args);
  }

  /** A connection to a node or coordinator, counted from 1, with what the cluster made for its users. */
  async connect(service: keyof typeof PORT_OF, index: number, token?: string): Promise<Petri> {
    const at = await this.compose('port', '--index', String(index), service, String(PORT_OF[service]));
    const options = { tls: { ca: (this.#ca ??= await this.#authority()) }, connectTimeoutMs: 30_000 };
    const address = `localhost:${at.split(':').at(-1)}`;
    return connect(address, token === undefined ? options : { ...options, token });
  }

  /** Why these services cannot be brought up; undefined if the images of all are there, or can be had. */
  async withoutImages(...services: string[]): Promise<string | undefined> {
    const images = await this.compose('--profile', '*', 'config', '--images', ...services);
    for (const image of new Set(images.split('\n'))) {
      const reason = await docker(['image', 'inspect', image])
        .catch(() => docker(['pull', '--quiet', image]))
        .then(() => undefined, firstLine);
      if (reason !== undefined) return `the image ${image} is not to be had (${reason})`;
    }
    return undefined;
  }

  /** What is left of it: containers, volumes and networks. */
  async remains(): Promise<string[]> {
    const ours = ['--quiet', '--filter', `label=com.docker.compose.project=${this.#project}`];
    const lists = [
      docker(['ps', '--all', ...ours]),
      docker(['volume', 'ls', ...ours]),
      docker(['network', 'ls', ...ours]),
    ];
    return (await Promise.all(lists)).filter((list) => list !== '');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    await this.compose('--profile', '*', 'down', '--volumes', '--rmi', 'local', '--timeout', '5');
  }

  get #network(): string {
    return `${this.#project}_default`;
  }

  async #authority(): Promise<Buffer> {
    const path = join(this.#folder, 'ca.pem');
    await this.compose('cp', '--index', '1', 'node:/secrets/ca.pem', path);
    return readFileSync(path);
  }
}
