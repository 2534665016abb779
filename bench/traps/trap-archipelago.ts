import { setImmediate as turn } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import {
  MigrationPolicySchema,
  MigrationScheduleSchema,
  ReplacementKind,
  SelectionKind,
  TopologyKind,
  TopologySchema,
} from '@petri/contracts/v1';
import { Archipelago, InProcessHub, Sealer, type Transport } from '@petri/islands';
import { seededRandom } from '../../test/support/random.ts';
import { VirtualClock } from '../../test/support/virtual-clock.ts';
import { GeneticAlgorithm } from './genetic.ts';
import type { Evaluator } from './problem.ts';
import { TrapIsland } from './trap-island.ts';

/** `interval` in generations; 0: nobody ever leaves. */
export type Variant = { islands: number; size: number; interval: number };

const MIGRANTS = 2;
const INBOX = { messages: 1_000, bytes: 2 ** 30, perSender: 100 };
/** Longer than any run: nothing happens because real time has passed. */
const DAY_MS = 24 * 60 * 60_000;

/** Of all migrations, by their reports. */
export type Account = {
  migrations: number;
  sent: number;
  admitted: number;
  duplicate: number;
  /** Neither admitted nor there already. */
  lost: number;
};

type Member = { archipelago: Archipelago; island: TrapIsland; algorithm: GeneticAlgorithm };

/**
 * A coordinator and nodes with an island each, as they are everywhere but for time: beats, turns and generations are given,
 * not waited for.
 */
export class TrapArchipelago implements AsyncDisposable {
  readonly #variant: Variant;
  readonly #clock = new VirtualClock();
  readonly #hub = new InProcessHub(this.#clock);
  readonly #evaluator: Evaluator;
  readonly #onError: (thrown: unknown) => void;
  readonly #members: Member[] = [];
  readonly #observer: Transport = this.#hub.connect();
  #leader: Archipelago | undefined;

  static async found(
    variant: Variant,
    seed: number,
    { evaluator, onError }: { evaluator: Evaluator; onError: (thrown: unknown) => void },
  ): Promise<TrapArchipelago> {
    const archipelago = new TrapArchipelago(variant, evaluator, onError);
    await archipelago.#start(seed);
    return archipelago;
  }

  private constructor(variant: Variant, evaluator: Evaluator, onError: (thrown: unknown) => void) {
    this.#variant = variant;
    this.#evaluator = evaluator;
    this.#onError = onError;
  }

  /** A generation of every island, and then what the schedule wants of it, up to the last admission. */
  async advance(): Promise<void> {
    for (const { algorithm } of this.#members) algorithm.step();
    await Promise.all(this.#members.map(async ({ archipelago }) => archipelago.host?.look()));
    for (const { island } of this.#members) island.openDoor();
    while (await this.#isUnderWay()) await turn();
    for (const { island } of this.#members) island.shutDoor();
  }

  async account(): Promise<Account> {
    const reports = (await this.#leader?.ledger.reports()) ?? [];
    const sum = (part: (report: (typeof reports)[number]) => number) =>
      reports.reduce((total, report) => total + part(report), 0);
    return {
      migrations: reports.length,
      sent: sum(({ sent }) => sent),
      admitted: sum(({ admitted }) => admitted),
      duplicate: sum(({ duplicate }) => duplicate),
      lost: sum(({ sent, admitted, duplicate }) => sent - admitted - duplicate),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { archipelago } of this.#members) await archipelago.close();
    await this.#leader?.close();
    await this.#observer.close();
  }

  async #start(seed: number): Promise<void> {
    const { islands, interval } = this.#variant;
    const leading = { id: 'leader', leaseMs: DAY_MS, onLeading: () => undefined };
    const leader = await this.#join({ host: undefined, coordinator: leading });
    this.#leader = leader;
    await leader.boards.set(
      {
        topology: create(TopologySchema, { kind: TopologyKind.RING }),
        policy: create(MigrationPolicySchema, {
          selection: SelectionKind.BEST,
          replacement: ReplacementKind.WORST,
          capacity: this.#variant.size,
        }),
        schedule: create(MigrationScheduleSchema, { generations: interval, count: MIGRANTS }),
      },
      undefined,
    );
    const random = seededRandom(seed);
    for (let n = 0; n < islands; n++) this.#members.push(await this.#settle(`island-${n}`, random));
    this.#clock.pass(DAY_MS * 2); // which a coordinator listens for before it plans
    while (this.#members.some(({ archipelago }) => archipelago.host?.plan?.islands.length !== islands)) {
      await leader.coordinator?.take();
      await turn();
    }
  }

  async #settle(id: string, random: () => number): Promise<Member> {
    // Residents' ids come after immigrants', which are random: between equals, no place is decided by chance.
    const algorithm = new GeneticAlgorithm('resident', this.#variant.size, this.#evaluator, random);
    const island = new TrapIsland(algorithm, this.#evaluator);
    const host = {
      node: id,
      islands: [id],
      port: island,
      sealer: new Sealer([]),
      describe: () => ({ address: '' }),
      inbox: INBOX,
      onMigration: async (_: unknown, move: () => Promise<unknown>) => void (await move()),
    };
    return { archipelago: await this.#join({ host, coordinator: undefined }), island, algorithm };
  }

  #join(part: Pick<Parameters<typeof Archipelago.join>[0], 'host' | 'coordinator'>): Promise<Archipelago> {
    return Archipelago.join({
      ...part,
      transport: this.#hub.connect(),
      clock: this.#clock,
      beatMs: DAY_MS,
      onMembership: () => undefined,
      onError: this.#onError,
    });
  }

  async #isUnderWay(): Promise<boolean> {
    const states = await Promise.all(this.#members.map((_, n) => this.#observer.inboxState(`island-${n}`)));
    return states.some((state) => state?.held !== 0);
  }
}
