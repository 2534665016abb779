import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { VirtualClock } from '../../../../test/support/virtual-clock.ts';
import { Archipelago } from '../archipelago.ts';
import { InProcessHub } from '../transport/in-process.ts';

const DAY_MS = 24 * 60 * 60_000;

/** Its own timers do nothing for as long as a test may take. */
async function coordinatorOf(hub: InProcessHub, id: string) {
  const clock = new VirtualClock();
  const errors: unknown[] = [];
  const archipelago = await Archipelago.join({
    transport: hub.connect(),
    clock,
    beatMs: DAY_MS,
    host: undefined,
    coordinator: { id, leaseMs: DAY_MS, onLeading: () => undefined },
    onMembership: () => undefined,
    onError: (thrown) => void errors.push(thrown),
  });
  return { archipelago, coordinator: archipelago.coordinator!, clock, errors };
}

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
