/** The pods of deploy/kubernetes, as containers of one network: what they mount, run and are called is the manifests'. */
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import type { IVolumeMount } from 'kubernetes-models/v1/VolumeMount';
import { connect, type Petri } from '@petri/client';
import {
  containerOf,
  environmentOf,
  expanded,
  makeSecrets,
  named,
  podName,
  podOf,
  sets,
} from '../support/manifests.ts';
import { until } from '../support/until.ts';
import { docker, lastWords } from './docker.ts';

const PATIENCE_MS = 60_000;
const NATS_CONFIG = new URL('../../deploy/nats/nats.conf', import.meta.url).pathname;
/** Beside the ports of clusters of Compose. */
const PORT = 51_130;

export class Pods implements AsyncDisposable {
  readonly #name = `petri-pods-${process.pid}`;
  readonly #folder = mkdtempSync(join(tmpdir(), 'petri-pods-'));
  /** Paths of files, by the Secret or ConfigMap that they are of. */
  #made = new Map<string, string[]>();

  static async start(): Promise<Pods> {
    const pods = new Pods();
    try {
      await pods.#start();
      return pods;
    } catch (thrown) {
      await pods[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  /** As Kubernetes does with a pod that it lost: by the same name, with the same volume. */
  async start(set: string, index: number): Promise<void> {
    const pod = podName(named(set), index);
    await docker(['run', '--detach', ...(await this.#optionsOf(named(set), index))]);
    await until(`${pod} passes its probe`, () => this.#passes(set, index), PATIENCE_MS).catch(
      async (thrown: Error) => {
        const state = await docker(['inspect', '--format', '{{.State}}', this.#containerOf(set, index)]);
        throw new Error(`${thrown.message}: ${state} ${await lastWords(this.#containerOf(set, index))}`);
      },
    );
  }

  /** Ends a pod without a word to it. Its volume stays. */
  async kill(set: string, index: number): Promise<void> {
    await docker(['rm', '--force', this.#containerOf(set, index)]);
  }

  exec(set: string, index: number, ...command: string[]): Promise<string> {
    return docker(['exec', this.#containerOf(set, index), ...command]);
  }

  /** To a node or coordinator, as an administrator. */
  connect(set: string, index: number): Promise<Petri> {
    const read = (name: string) => readFileSync(join(this.#folder, 'made/services', name));
    return connect(`localhost:${portOf(set, index)}`, {
      tls: { ca: read('ca.pem') },
      token: read('admin.token').toString().trim(),
      connectTimeoutMs: 30_000,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ours = ['--quiet', '--filter', `label=${this.#name}`];
    const remove = async (list: string[], removal: string[]) => {
      const found = (await docker([...list, ...ours])).split('\n').filter((id) => id !== '');
      if (found.length > 0) await docker([...removal, ...found]);
    };
    await remove(['ps', '--all'], ['rm', '--force', '--volumes']);
    await remove(['volume', 'ls'], ['volume', 'rm']);
    await remove(['network', 'ls'], ['network', 'rm']);
    await remove(['image', 'ls'], ['image', 'rm', '--force']);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const build = ['--file', 'deploy/Dockerfile', '--target', 'petri', '--label', this.#name];
    await docker(['build', '--quiet', ...build, '--tag', this.#name, '.']);
    this.#made = await makeSecrets(join(this.#folder, 'made'), named('node').spec!.replicas!);
    this.#made.set('nats-config', [NATS_CONFIG]);
    await docker(['network', 'create', '--label', this.#name, this.#name]);
    await this.start('nats', 0);
    const others = sets.filter((set) => set !== named('nats'));
    const starting = others.flatMap((set) =>
      Array.from({ length: set.spec!.replicas! }, (_, index) => this.start(set.metadata!.name!, index)),
    );
    await Promise.all(starting);
  }

  async #passes(set: string, index: number): Promise<boolean> {
    const { command = [] } = containerOf(named(set)).readinessProbe!.exec!;
    return this.exec(set, index, ...command).then(
      () => true,
      () => false,
    );
  }

  #containerOf(set: string, index: number): string {
    return `${this.#name}-${set}-${index}`;
  }

  async #optionsOf(set: IStatefulSet, index: number): Promise<string[]> {
    const name = set.metadata!.name!;
    const { image = '', command = [], args = [], volumeMounts = [] } = containerOf(set);
    const { runAsUser, runAsGroup } = podOf(set).securityContext!;
    const mounts = await Promise.all(volumeMounts.map((mount) => this.#mountOf(set, index, mount)));
    const environment = Object.entries(environmentOf(set, index)).map((pair) => pair.join('='));
    const confined = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges:true'];
    const called = [name, `${podName(set, index)}.${name}.petri.svc`];
    const published = name === 'nats' ? [] : [`127.0.0.1:${portOf(name, index)}:${portIn(set)}`];
    const each = (option: string, values: readonly string[]) => values.flatMap((value) => [option, value]);
    return [
      '--name',
      this.#containerOf(name, index),
      '--label',
      this.#name,
      '--hostname',
      podName(set, index),
      '--network',
      this.#name,
      '--user',
      `${runAsUser}:${runAsGroup}`,
      ...confined,
      ...each('--network-alias', called),
      ...each('--publish', published),
      ...each('--env', environment),
      ...mounts.flat(),
      '--entrypoint',
      command[0]!,
      image.startsWith('petri:') ? this.#name : image,
      ...command.slice(1),
      ...args,
    ];
  }

  async #mountOf(set: IStatefulSet, index: number, mount: IVolumeMount): Promise<string[]> {
    const { name, mountPath, subPathExpr } = mount;
    const volume = podOf(set).volumes?.find((each) => each.name === name);
    const source = volume?.secret?.secretName ?? volume?.configMap?.name;
    if (volume?.emptyDir) return ['--tmpfs', mountPath];
    if (source === undefined)
      return ['--volume', `${await this.#claim(podName(set, index))}:${mountPath}:nocopy`];
    const key = subPathExpr && expanded(subPathExpr, environmentOf(set, index));
    const files = this.#made.get(source)!.filter((path) => key === undefined || basename(path) === key);
    const directory = key === undefined ? mountPath : dirname(mountPath);
    const target = (path: string) => (key === undefined ? basename(path) : basename(mountPath));
    return ['--volume', `${await this.#filled(files, target)}:${directory}:ro`];
  }

  /** A volume that the pods' user may write to. */
  async #claim(pod: string): Promise<string> {
    const volume = `${this.#name}-data-${pod}`;
    await docker(['volume', 'create', '--label', this.#name, volume]);
    await this.#asRoot(['--volume', `${volume}:/to`], 'chgrp 1000 /to && chmod 2775 /to');
    return volume;
  }

  /** A volume with these files, which their group may read, as Kubernetes makes it. */
  async #filled(files: readonly string[], target: (path: string) => string): Promise<string> {
    const from = mkdtempSync(join(this.#folder, 'volume-'));
    mkdirSync(join(from, 'files'));
    for (const path of files) copyFileSync(path, join(from, 'files', target(path)));
    chmodSync(from, 0o755);
    const volume = `${this.#name}-${basename(from)}`;
    await docker(['volume', 'create', '--label', this.#name, volume]);
    const copy = 'cp /from/files/* /to && chown 0:1000 /to/* && chmod 440 /to/*';
    await this.#asRoot(['--volume', `${from}:/from:ro`, '--volume', `${volume}:/to`], copy);
    return volume;
  }

  async #asRoot(volumes: readonly string[], script: string): Promise<void> {
    await docker([
      'run',
      '--rm',
      '--user',
      '0:0',
      ...volumes,
      '--entrypoint',
      'sh',
      this.#name,
      '-c',
      script,
    ]);
  }
}

const portOf = (set: string, index: number) => PORT + (set === 'node' ? 0 : 10) + index;
const portIn = (set: IStatefulSet) =>
  containerOf(set).ports?.find(({ name }) => name === 'grpc')?.containerPort;
