import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { NodeBeatSchema } from '@petri/contracts/v1';
import { unavailable } from '@petri/core';
import { VirtualClock } from '../../../../test/support/virtual-clock.ts';
import { Archipelago } from '../archipelago.ts';
import type { Member, MemberState } from '../membership/members.ts';
import { LeaseWatch } from './lease-watch.ts';
import { livingIslands } from './planning.ts';
import { InProcessHub } from '../transport/in-process.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Its own timers do nothing for as long as a test may take. */
async function coordinatorOf(hub: InProcessHub, id: string, transport = hub.connect(), leaseMs = DAY_MS) {
  const clock = new VirtualClock();
  const errors: unknown[] = [];
  const archipelago = await Archipelago.join({
    transport,
    clock,
    beatMs: DAY_MS,
    host: undefined,
    coordinator: { id, leaseMs, onLeading: () => undefined },
    onMembership: () => undefined,
    onError: (thrown) => void errors.push(thrown),
  });
  return { archipelago, coordinator: archipelago.coordinator!, clock, errors };
}

/** A connection whose documents can be out of reach, or slow. */
function shaky(hub: InProcessHub) {
  const transport = hub.connect();
  const state = { reads: 0, fails: false, waits: Promise.resolve() };
  const documents = transport.documents.bind(transport);
  transport.documents = async (...args) => {
    const inner = await documents(...args);
    const get = async (key: string) => {
      state.reads++;
      await state.waits;
      if (state.fails) throw unavailable('NATS_UNAVAILABLE', 'away');
      return inner.get(key);
    };
    return { ...inner, get };
  };
  return { transport, state };
}

suite('a coordinator whose documents are out of reach', () => {
  test('listens again for two beats before it plans', async () => {
    const hub = new InProcessHub();
    const { transport, state } = shaky(hub);
    const { archipelago, coordinator, clock, errors } = await coordinatorOf(hub, 'one', transport);
    await using _ = archipelago;
    await coordinator.take();
    clock.pass(2 * DAY_MS);
    state.fails = true;
    await coordinator.take();
    state.fails = false;
    await coordinator.take();
    assert.equal(coordinator.leading, true);
    clock.pass(2 * DAY_MS - 1);
    await coordinator.take();
    assert.equal(await archipelago.boards.plan(), undefined);
    clock.pass(1);
    await coordinator.take();
    assert.equal((await archipelago.boards.plan())?.plan.epoch, 1n);
    assert.ok(errors.length > 0);
  });

  test('takes one turn at a time, and one more for all that were due meanwhile', async () => {
    const hub = new InProcessHub();
    const { transport, state } = shaky(hub);
    const { archipelago, coordinator } = await coordinatorOf(hub, 'one', transport);
    await using _ = archipelago;
    await coordinator.take();
    state.reads = 0;
    await coordinator.take();
    const readsOfOne = state.reads;
    const slow = Promise.withResolvers<void>();
    [state.waits, state.reads] = [slow.promise, 0];
    const turns = Array.from({ length: 10 }, () => coordinator.take());
    slow.resolve();
    await Promise.all(turns);
    assert.ok(state.reads <= 2 * readsOfOne, `${state.reads} reads, ${readsOfOne} a turn`);
  });

  test('ends without them', async () => {
    const hub = new InProcessHub();
    const { transport, state } = shaky(hub);
    const { archipelago, coordinator } = await coordinatorOf(hub, 'one', transport, 50);
    await using _ = archipelago;
    await coordinator.take();
    state.waits = new Promise(() => undefined);
    void coordinator.take();
    await coordinator.stop();
  });
});

suite('a leader', () => {
  test('is known from memory while nobody can be asked, and for as long as its lease', async () => {
    const hub = new InProcessHub();
    const clock = new VirtualClock();
    const { transport, state } = shaky(hub);
    const documents = await transport.documents('coordination');
    const watch = new LeaseWatch({ documents, key: 'lease/leader', clock });
    await watch.look();
    assert.equal(watch.leader, '');
    const { archipelago, coordinator } = await coordinatorOf(hub, 'one');
    await coordinator.take();
    await watch.look();
    assert.equal(watch.leader, 'one');
    state.fails = true;
    clock.pass(DAY_MS - 1);
    await assert.rejects(watch.look());
    assert.equal(watch.leader, 'one');
    clock.pass(1);
    assert.equal(watch.leader, '');
    state.fails = false;
    await coordinator.take();
    await watch.look();
    assert.equal(watch.leader, 'one');
    await archipelago.close();
    await watch.look();
    assert.equal(watch.leader, '', 'who ends lets go of it');
  });
});

suite('a plan', () => {
  test('is of the islands that live and do not drain, whether their nodes are heard or not', () => {
    const member = (node: string, state: MemberState, draining = false): Member => {
      const islands = [{ id: node, node, populations: [] }];
      return { beat: create(NodeBeatSchema, { node, islands, draining }), state, heardAt: 0 };
    };
    const members = [
      member('alive', 'ALIVE'),
      member('suspect', 'SUSPECT'),
      member('drains', 'DRAINING', true),
      member('drained', 'SUSPECT', true),
      member('gone', 'GONE'),
    ];
    assert.deepEqual(livingIslands(members), ['alive', 'suspect']);
  });
});

suite('a coordinator that is given its turns', () => {
  test('plans at the first after it has listened for two beats', async () => {
    const { archipelago, coordinator, clock, errors } = await coordinatorOf(new InProcessHub(), 'one');
    await using _ = archipelago;
    await coordinator.take();
    clock.pass(2 * DAY_MS - 1);
    await coordinator.take();
    assert.deepEqual([coordinator.leading, await archipelago.boards.plan()], [true, undefined]);
    clock.pass(1);
    await coordinator.take();
    assert.equal((await archipelago.boards.plan())?.plan.leader, 'one');
    assert.deepEqual(errors, []);
  });

  test('leads by its own clock, and follows who took the lease when that had run out', async () => {
    const hub = new InProcessHub();
    const [first, second] = [await coordinatorOf(hub, 'first'), await coordinatorOf(hub, 'second')];
    await using _ = first.archipelago;
    await using __ = second.archipelago;
    await first.coordinator.take();
    await second.coordinator.take();
    assert.deepEqual([first.coordinator.leading, second.coordinator.leading], [true, false]);
    first.clock.pass(DAY_MS);
    second.clock.pass(DAY_MS);
    assert.equal(first.coordinator.leading, false);
    await second.coordinator.take();
    await first.coordinator.take();
    assert.deepEqual([first.coordinator.leading, second.coordinator.leading], [false, true]);
  });
});
