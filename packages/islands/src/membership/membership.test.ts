import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { NodeBeatSchema } from '@petri/contracts/v1';
import { type Clock, systemClock } from '@petri/core';
import { until } from '../../../../test/support/until.ts';
import { VirtualClock } from '../../../../test/support/virtual-clock.ts';
import { InProcessHub } from '../transport/in-process.ts';
import type { Transport } from '../transport/transport.ts';
import { nextIncarnation } from './incarnation.ts';
import { Membership } from './membership.ts';
import type { MembershipEvent } from './members.ts';

const BEAT_MS = 10;

async function join(transport: Transport, node: string, incarnation: bigint, clock: Clock = systemClock) {
  const events: MembershipEvent['kind'][] = [];
  const state = { draining: false };
  const membership = new Membership({
    transport,
    clock,
    beatMs: BEAT_MS,
    self: () => ({ node, incarnation, address: `${node}:1`, draining: state.draining }),
    onEvent: ({ kind }) => void events.push(kind),
  });
  await membership.start();
  const picture = () =>
    membership.list().map(({ beat, state: seen }) => `${beat.node} ${beat.incarnation} ${seen}`);
  return { membership, events, state, picture };
}

suite('membership', () => {
  test('all nodes see the same, through joining, draining, leaving and loss', async () => {
    const hub = new InProcessHub();
    const lost = hub.connect();
    const [a, b] = [
      await join(hub.connect(), 'a', 1n),
      await join(hub.connect(), 'b', 1n),
      await join(lost, 'c', 1n),
    ];
    const all = (...expected: string[]) =>
      [a, b].every(({ picture }) => picture().join() === expected.join());
    await until('all are alive', () => all('a 1 ALIVE', 'b 1 ALIVE', 'c 1 ALIVE'));
    assert.deepEqual(a.membership.list()[1]?.beat.address, 'b:1');
    b.state.draining = true;
    b.membership.announce();
    await until('b drains', () => all('a 1 ALIVE', 'b 1 DRAINING', 'c 1 ALIVE'));
    await lost.close();
    await until('c is lost', () => all('a 1 ALIVE', 'b 1 DRAINING', 'c 1 GONE'));
    await b.membership.stop();
    await until('b has left', () => a.picture()[1] === 'b 1 GONE');
    await a.membership.stop();
  });

  test('all nodes see the same within two beats, whatever happened', async ({ mock }) => {
    mock.timers.enable({ apis: ['setInterval'] });
    const clock = new VirtualClock();
    const hub = new InProcessHub(clock);
    const beats = async (count: number) => {
      for (; count > 0; count--) {
        clock.pass(BEAT_MS);
        mock.timers.tick(BEAT_MS);
        for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
      }
    };
    const start = (node: string, transport = hub.connect(), incarnation = 1n) =>
      join(transport, node, incarnation, clock);
    const cut = hub.connect();
    const first = await start('a');
    await beats(20);
    const [b, c] = [await start('b'), await start('c', cut)];
    const same = (...expected: string[]) => {
      for (const { picture } of [first, b]) assert.deepEqual(picture(), expected);
    };
    await beats(2);
    same('a 1 ALIVE', 'b 1 ALIVE', 'c 1 ALIVE');
    first.state.draining = true;
    await cut.close();
    const successor = await start('c', hub.connect(), 2n);
    await beats(2);
    same('a 1 DRAINING', 'b 1 ALIVE', 'c 2 ALIVE');
    await successor.membership.stop();
    await beats(2);
    same('a 1 DRAINING', 'b 1 ALIVE', 'c 2 GONE');
    for (const { membership } of [first, b, c]) await membership.stop();
  });

  test('no node speaks for another', async () => {
    const hub = new InProcessHub();
    const [a, b] = [await join(hub.connect(), 'a', 1n), await join(hub.connect(), 'b', 1n)];
    const liar = hub.connect();
    const lie = create(NodeBeatSchema, { node: 'b', incarnation: 2n, sequence: 1n, leaving: true });
    for (const topic of ['presence/c', 'presence', 'presence/b/c']) {
      liar.publish(topic, toBinary(NodeBeatSchema, lie));
    }
    await join(liar, 'c', 1n);
    await until('c is heard', () => a.picture().length === 3);
    assert.deepEqual(a.picture(), ['a 1 ALIVE', 'b 1 ALIVE', 'c 1 ALIVE']);
    await Promise.all([a, b].map(({ membership }) => membership.stop()));
  });

  test('every start of a node is a new incarnation, also of many at once', async () => {
    const documents = await new InProcessHub().connect().documents('nodes');
    const claimed = await Promise.all(Array.from({ length: 10 }, () => nextIncarnation(documents, 'a')));
    assert.deepEqual(
      claimed.toSorted((x, y) => Number(x - y)),
      Array.from({ length: 10 }, (_, n) => BigInt(n + 1)),
    );
    assert.equal(await nextIncarnation(documents, 'b'), 1n);
  });
});
