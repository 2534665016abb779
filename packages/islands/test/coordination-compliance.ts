/** Who leads and what islands go by, whatever connects an archipelago. */
import assert from 'node:assert/strict';
import { suite } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import {
  type Edge,
  type Migration,
  MigrationPolicySchema,
  MigrationSchema,
  MigrationState,
  MigrationScheduleSchema,
  MigrationTrigger,
  ReplacementKind,
  SelectionKind,
  TopologyKind,
  TopologySchema,
  Verdict,
} from '@petri/contracts/v1';
import { until } from '../../../test/support/until.ts';
import { coordinator, node, type TestNode } from './archipelago.ts';
import { type Within, disposable, eachKnowsTheOther, settled } from './compliance.ts';

export function coordinationCompliance(name: string, within: Within): void {
  suite(`${name}: coordination`, () => {
    within(
      'the leader routes around an island that is gone, and a standby takes over from it',
      async (connect) => {
        await using a = disposable(await node(await connect(), 'a', [1]));
        await using lost = await connect();
        await node(lost, 'b', [2]);
        await using c = disposable(await node(await connect(), 'c', [3]));
        await using toOne = await connect();
        await using toTwo = await connect();
        const one = await coordinator(toOne, 'one');
        const two = await coordinator(toTwo, 'two');
        await until('there is a ring of three', () => edges(a) === 'ab bc ca');
        const leads = ({ coordinator: each }: typeof one) => each?.leading === true;
        await until('one of them leads', () => leads(one) !== leads(two));
        // Not always the first: on a crowded machine it may have lost the lead meanwhile.
        const first = leads(one);
        const leader = first ? one : two;
        await using standby = first ? two : one;
        await (first ? toOne : toTwo).close();
        await lost.close();
        await until('the other one leads', () => leads(standby));
        await until('the ring is closed again', () => edges(a) === 'ac ca' && edges(c) === 'ac ca');
        const { plan } = (await standby.boards.plan())!;
        assert.deepEqual([plan.leader, leads(leader)], [first ? 'two' : 'one', false]);
        await standby.boards.set(
          { topology: create(TopologySchema, { kind: TopologyKind.CUSTOM, edges: [edge('c', 'a')] }) },
          undefined,
        );
        await until('the topology is the new one', () => edges(a) === 'ca' && edges(c) === 'ca');
      },
    );

    within(
      'islands send by themselves every so many generations, wherever the plan leads',
      async (connect) => {
        await using a = disposable(await node(await connect(), 'a', [9]));
        await using b = disposable(await node(await connect(), 'b', [1]));
        await using leader = await coordinator(await connect(), 'leader');
        const schedule = create(MigrationScheduleSchema, { generations: 10, count: 1 });
        await leader.boards.set({ schedule }, 0);
        await until(
          'the plan is known',
          () => a.archipelago.host?.plan?.settings?.schedule?.generations === 10,
        );
        await until('and leads over both', () => edges(a) === 'ab ba' && edges(b) === 'ab ba');
        a.islands.generation = 9;
        await a.archipelago.host?.look();
        assert.deepEqual(await a.archipelago.ledger.reports(), []);
        a.islands.generation = 10;
        await until('it has arrived', () => b.islands.values('b').includes(9));
        const reports = await a.archipelago.ledger.reports();
        assert.deepEqual(
          reports.map(({ from, to }) => `${from}${to}`),
          ['ab'],
        );
        assert.ok(reports[0]!.epoch > 0n);
      },
    );

    within('islands send by themselves every so often', async (connect) => {
      await using a = disposable(await node(await connect(), 'a', [9]));
      await using b = disposable(await node(await connect(), 'b', [1]));
      await using leader = await coordinator(await connect(), 'leader');
      const topology = create(TopologySchema, { kind: TopologyKind.CUSTOM, edges: [edge('a', 'b')] });
      const schedule = create(MigrationScheduleSchema, { interval: durationFromMs(60), count: 1 });
      await leader.boards.set({ topology, schedule }, 0);
      await until('it has arrived', () => b.islands.values('b').includes(9));
      await until('they are sent again', async () => (await leader.ledger.reports()).length >= 3);
      const reports = await leader.ledger.reports();
      const isDue = ({ from, to, trigger }: Migration) =>
        `${from}${to}` === 'ab' && trigger === MigrationTrigger.SCHEDULE;
      assert.ok(reports.every(isDue));
      assert.deepEqual(a.islands.values('a'), [9]);
    });

    within('an island that joins late, or is back, asks those that send to it, once', async (connect) => {
      await using a = disposable(await node(await connect(), 'a', [9]));
      await using leader = await coordinator(await connect(), 'leader');
      // Nothing is due for long.
      const schedule = create(MigrationScheduleSchema, { generations: 100, count: 1 });
      await leader.boards.set({ schedule }, 0);
      [a.islands.scored, a.islands.generation] = [true, 150];
      await until('a is scheduled', () => {
        const plan = a.archipelago.host?.plan;
        return plan?.settings?.schedule?.generations === 100 && plan.islands.join() === 'a';
      });
      // That it is 150 generations old is noted while there is nobody to send to.
      await looked(a);
      await using b = disposable(await node(await connect(), 'b', []));
      await until('b is in', () => edges(b) === 'ab ba');
      b.islands.scored = true;
      b.islands.settle('b', 1);
      await until('b has it', () => b.islands.values('b').includes(9));
      await b.archipelago.host?.drain(true);
      await until('b is out', () => b.archipelago.host?.plan?.islands.join() === 'a');
      b.islands.settle('b', 1);
      a.islands.settle('a', 12);
      // Nor is it far behind.
      b.islands.generation = 99;
      await b.archipelago.host?.drain(false);
      await until('b has the newest', () => b.islands.values('b').includes(12));
      assert.deepEqual(await caughtUp(leader), ['ab', 'ab']);
    });

    within('islands that missed a plan ask those that send to them', async (connect) => {
      await using a = disposable(await node(await connect(), 'a', [9]));
      await using b = disposable(await node(await connect(), 'b', [1]));
      await using leader = await coordinator(await connect(), 'leader');
      const schedule = create(MigrationScheduleSchema, { generations: 100, count: 1 });
      await leader.boards.set({ schedule }, 0);
      const isScheduled = ({ archipelago }: TestNode) =>
        archipelago.host?.plan?.settings?.schedule?.generations === 100;
      await until('both are scheduled', () =>
        [a, b].every((each) => edges(each) === 'ab ba' && isScheduled(each)),
      );
      // Whoever has yet to see that it takes part would ask for that reason.
      await looked(a, b);
      for (const { islands } of [a, b]) islands.scored = true;
      await looked(a, b);
      assert.deepEqual(await caughtUp(leader), []);
      const { plan, revision } = (await leader.boards.plan())!;
      await leader.boards.setPlan({ ...plan, epoch: plan.epoch + 2n }, revision);
      await until('b has it', () => b.islands.values('b').includes(9));
      await until('both asked', async () => (await caughtUp(leader)).toSorted().join() === 'ab,ba');
    });

    within('settings change while individuals migrate, and nobody is lost by it', async (connect) => {
      const values = (first: number) => Array.from({ length: 12 }, (_, index) => first + index);
      await using a = disposable(await node(await connect(), 'a', values(100), { messages: 1_000 }));
      await using b = disposable(await node(await connect(), 'b', values(200), { messages: 1_000 }));
      await using c = disposable(await node(await connect(), 'c', values(300), { messages: 1_000 }));
      await using leader = await coordinator(await connect(), 'leader');
      const nodes = [a, b, c];
      await until('all are in', () => nodes.every((each) => edges(each) === 'ab bc ca'));
      const first = a.archipelago.host!.plan!.epoch;
      const changes: Parameters<typeof leader.boards.set>[0][] = [
        { schedule: create(MigrationScheduleSchema, { interval: durationFromMs(30), count: 3 }) },
        { topology: create(TopologySchema, { kind: TopologyKind.FULL }) },
        {
          policy: create(MigrationPolicySchema, {
            capacity: 12,
            replacement: ReplacementKind.RANDOM,
            ttl: durationFromMs(3_600_000),
          }),
        },
        { topology: create(TopologySchema, { kind: TopologyKind.CUSTOM, edges: [edge('a', 'c')] }) },
        { policy: create(MigrationPolicySchema, { selection: SelectionKind.NOVELTY }) },
        { topology: create(TopologySchema, { kind: TopologyKind.STAR, center: 'b' }) },
        { schedule: create(MigrationScheduleSchema) },
      ];
      const asked: string[] = [];
      for (const [round, change] of changes.entries()) {
        for (const { from, to } of [edge('a', 'b'), edge('b', 'c'), edge('c', 'b')]) {
          const id = `${from}${to}-${round}`;
          await leader.migrate({ id, from, to, population: 'p', count: 2 });
          asked.push(id);
        }
        await leader.boards.set(change, undefined);
        const epoch = first + BigInt(round) + 1n;
        await until('all follow', () =>
          nodes.every(({ archipelago }) => archipelago.host!.plan!.epoch >= epoch),
        );
        if (round > 0) continue;
        const isDue = ({ trigger }: Migration) => trigger === MigrationTrigger.SCHEDULE;
        await until('the schedule is at work', async () => (await leader.ledger.reports()).some(isDue));
      }
      const done = await Promise.all(asked.map((id) => settled(a, id)));
      const all = await leader.ledger.reports();
      assert.ok(all.length > asked.length, 'the schedule was at work, too');
      for (const { id } of all) done.push(await settled(a, id));
      // Under way for more than one change, or replaced before it was sent.
      const fates = ['ADMITTED', 'DUPLICATE', 'REJECTED STALE_EPOCH', 'DROPPED GONE'];
      for (const { id, error, migrants } of done) {
        assert.equal(error, '', id);
        for (const { verdict, reason } of migrants) {
          const fate = `${nameOf(verdict)} ${reason}`.trim();
          assert.ok(fates.includes(fate), `${fate} in ${id}`);
        }
      }
      const epochs = new Set(all.map(({ epoch }) => epoch));
      assert.ok(epochs.size >= changes.length, `asked for in ${epochs.size} epochs`);
      for (const { islands } of nodes) {
        const arrived = islands.arrivals.map(({ id }) => id);
        assert.equal(new Set(arrived).size, arrived.length, 'nobody arrived twice');
      }
    });

    within('a change of settings is refused over others that nobody has read', async (connect) => {
      await using leader = await coordinator(await connect(), 'leader');
      const topology = create(TopologySchema, { kind: TopologyKind.FULL });
      const first = await leader.boards.set({ topology }, 0);
      await assert.rejects(leader.boards.set({ topology }, 0), { code: 'aborted', reason: 'STALE_REVISION' });
      assert.ok((await leader.boards.set({ topology }, first)) > first);
    });

    within('a node that drains is left out, and takes part again when it resumes', async (connect) => {
      await using a = disposable(await node(await connect(), 'a', [1]));
      await using b = disposable(await node(await connect(), 'b', [2]));
      await using leader = await coordinator(await connect(), 'leader');
      await until('both are in', () => edges(a) === 'ab ba');
      await b.archipelago.host?.drain(true);
      await until('b is out', () => a.archipelago.host?.plan?.islands.join() === 'a');
      const refused = leader.migrate({ id: '', from: 'a', to: 'b', population: 'p', count: 1 });
      await assert.rejects(refused, { reason: 'ISLAND_DRAINING' });
      await b.archipelago.host?.drain(false);
      await until('both are in again', () => edges(a) === 'ab ba');
    });

    within('a node that drains sends nothing, whoever asks, until it resumes', async (connect) => {
      await using a = disposable(await node(await connect(), 'a', [1]));
      await using b = disposable(await node(await connect(), 'b', []));
      await eachKnowsTheOther(a, b);
      await a.archipelago.host?.drain(true);
      const asked = { id: 'late', from: 'a', to: 'b', population: 'p', count: 1 };
      await b.archipelago.ledger.request(
        create(MigrationSchema, { ...asked, state: MigrationState.REQUESTED }),
      );
      await a.archipelago.host?.look();
      assert.equal((await b.archipelago.ledger.report('late')).state, MigrationState.REQUESTED);
      await a.archipelago.host?.drain(false);
      assert.equal((await settled(b, 'late')).admitted, 1);
    });

    within('a node that cannot resume drains on, and can be asked again', async (connect) => {
      const transport = await connect();
      await using a = disposable(await node(transport, 'a', [1]));
      await using b = disposable(await node(await connect(), 'b', [2]));
      await eachKnowsTheOther(a, b);
      await a.archipelago.host?.drain(true);
      const receive = transport.receive.bind(transport);
      transport.receive = () => Promise.reject(new Error('away'));
      await assert.rejects(async () => a.archipelago.host?.drain(false), /away/);
      const draining = () => b.archipelago.membership.list()[0]?.beat.draining;
      await until('it is seen to drain', () => draining() === true);
      transport.receive = receive;
      await a.archipelago.host?.drain(false);
      await until('it is seen to take part', () => draining() === false);
      const { id } = await b.archipelago.migrate({ id: '', from: 'b', to: 'a', population: 'p', count: 1 });
      assert.equal((await settled(b, id)).admitted, 1);
    });

    within('a process that finds its successor at work leads no more', async (connect) => {
      await using old = disposable(await node(await connect(), 'a', [1], { leads: true }));
      await until('it leads', () => old.archipelago.coordinator?.leading === true);
      await using successor = disposable(await node(await connect(), 'a', [2], { leads: true }));
      await until('its successor leads', () => successor.archipelago.coordinator?.leading === true);
      assert.deepEqual(
        [old.archipelago.coordinator?.leading, old.archipelago.host?.superseded],
        [false, true],
      );
      await old.archipelago.coordinator?.take();
      assert.equal(old.archipelago.coordinator?.leading, false);
      await assert.rejects(async () => old.archipelago.host?.drain(false), { reason: 'SUPERSEDED' });
    });

    within('a process that finds its successor at work steps back', async (connect) => {
      await using old = disposable(await node(await connect(), 'a', [1]));
      await using successor = disposable(await node(await connect(), 'a', [2]));
      await using b = disposable(await node(await connect(), 'b', [3]));
      await until('b knows the successor', () => {
        const seen = b.archipelago.membership.list().find(({ beat }) => beat.node === 'a');
        return seen?.beat.incarnation === 2n && seen.state === 'ALIVE';
      });
      const before = old.islands.arrivals.length;
      const { id } = await b.archipelago.migrate({ id: '', from: 'b', to: 'a', population: 'p', count: 1 });
      await settled(b, id);
      assert.deepEqual([old.islands.arrivals.length - before, successor.islands.values('a')], [0, [2, 3]]);
    });
  });
}

/** Resolves once each has looked at how things are now: a look may be under way, begun before. */
async function looked(...nodes: TestNode[]): Promise<void> {
  for (const { archipelago } of nodes) {
    await archipelago.host?.look();
    await archipelago.host?.look();
  }
}

/** Migrations that their receivers asked for; nobody else did for any. */
async function caughtUp({ ledger }: TestNode['archipelago']): Promise<string[]> {
  const reports = await ledger.reports();
  assert.ok(reports.every(({ trigger }) => trigger === MigrationTrigger.CATCHING_UP));
  return reports.map(({ from, to }) => `${from}${to}`);
}

function nameOf(verdict: Verdict): string {
  return Object.entries(Verdict).find(([, value]) => value === verdict)?.[0] ?? '';
}

function edges({ archipelago }: TestNode): string {
  return (archipelago.host?.plan?.edges ?? []).map(({ from, to }) => `${from}${to}`).join(' ');
}

function edge(from: string, to: string): Edge {
  return { $typeName: 'petri.v1.Edge', from, to };
}
