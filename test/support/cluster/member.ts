/** One node of a cluster: a process with one island of the same name, behind a proxy of its own. */
import { once } from 'node:events';
import { connect, type Petri } from '@petri/client';
import { type NodeProcess, startNodeProcess } from '../node-process.ts';
import { Proxy } from './proxy.ts';

/** Short enough to see nodes go, long enough for a busy machine. */
const BEAT_MS = 500;
const LEASE_MS = 2_000;

type Running = { process: NodeProcess; petri: Petri };

export class Member implements AsyncDisposable {
  readonly name: string;
  /** Between the node and NATS. */
  readonly proxy: Proxy;
  readonly #env: Readonly<Record<string, string>>;
  #running: Running | undefined;

  static async start(name: string, nats: string, env: Record<string, string> = {}): Promise<Member> {
    const member = new Member(name, await Proxy.start(nats), env);
    try {
      await member.restart();
      return member;
    } catch (thrown) {
      await member.proxy[Symbol.asyncDispose]();
      throw thrown;
    }
  }

  private constructor(name: string, proxy: Proxy, env: Record<string, string>) {
    this.name = name;
    this.proxy = proxy;
    this.#env = {
      PETRI_NODE: name,
      PETRI_NATS_SERVERS: proxy.url,
      PETRI_BEAT_MS: String(BEAT_MS),
      PETRI_LEASE_MS: String(LEASE_MS),
      PETRI_WORKERS: '1',
      PETRI_SPARES: '0',
      ...env,
    };
  }

  get petri(): Petri {
    return this.#alive().petri;
  }

  get process(): NodeProcess {
    return this.#alive().process;
  }

  async kill(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    await running.petri.close();
    const { child } = running.process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** After `kill`. */
  async restart(): Promise<void> {
    const process = await startNodeProcess(this.#env);
    this.#running = { process, petri: await connect(process.address) };
  }

  /** Stops its clock and all that it does, until `resume`. */
  pause(): void {
    this.process.child.kill('SIGSTOP');
  }

  resume(): void {
    this.process.child.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await this.proxy[Symbol.asyncDispose]();
  }

  #alive(): Running {
    if (!this.#running) throw new Error(`the node "${this.name}" does not run`);
    return this.#running;
  }
}
