import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { type NodeBeat, NodeBeatSchema } from '@petri/contracts/v1';
import fc from 'fast-check';
import { excused, heard, type Members, type MembershipEvent, swept } from './members.ts';

const PATIENCE = { suspectAfterMs: 30, goneAfterMs: 60, forgottenAfterMs: 1_000 };
const NOBODY: Members = new Map();

const beat = (
  incarnation: number,
  sequence: number,
  more: { draining?: boolean; leaving?: boolean } = {},
): NodeBeat =>
  create(NodeBeatSchema, {
    node: 'n',
    incarnation: BigInt(incarnation),
    sequence: BigInt(sequence),
    ...more,
  });

/** What happened, in order: a beat, or the time of a sweep. */
function run(...happened: (NodeBeat | { at: number })[]) {
  let [members, now] = [NOBODY, 0];
  const events: MembershipEvent['kind'][] = [];
  for (const each of happened) {
    if ('at' in each) now = each.at;
    const step = 'at' in each ? swept(members, now, PATIENCE) : heard(members, each, now);
    members = step.members;
    events.push(...step.events.map(({ kind }) => kind));
  }
  return { members, events, state: members.get('n')?.state, incarnation: members.get('n')?.beat.incarnation };
}

const BEATS = fc.array(
  fc.record({
    node: fc.constantFrom('a', 'b', 'c'),
    incarnation: fc.bigInt(1n, 3n),
    sequence: fc.bigInt(1n, 5n),
  }),
  { maxLength: 20 },
);

suite('members', () => {
  test('silence makes suspect, then lost; a beat brings back', () => {
    const { events, state } = run(beat(1, 1), { at: 29 }, { at: 30 }, { at: 59 }, beat(1, 2), { at: 119 });
    assert.deepEqual(events, ['JOINED', 'SUSPECTED', 'RETURNED', 'LOST']);
    assert.equal(state, 'GONE');
  });

  test('who drains says so, who leaves is gone at once and does not come back by a late beat', () => {
    assert.equal(run(beat(1, 1), beat(1, 2, { draining: true })).state, 'DRAINING');
    const left = run(beat(1, 1), beat(1, 3, { leaving: true }), beat(1, 2), beat(1, 4));
    assert.deepEqual([left.events, left.state], [['JOINED', 'LEFT'], 'GONE']);
    assert.deepEqual(run(beat(1, 3, { leaving: true }), beat(2, 1)).events, ['LEFT', 'SUCCEEDED']);
  });

  test('a paused process that comes back is itself, and stays out if it has a successor', () => {
    const back = run(beat(1, 1), { at: 100 }, beat(1, 2));
    assert.deepEqual([back.events, back.incarnation], [['JOINED', 'LOST', 'RETURNED'], 1n]);
    const late = run(beat(1, 1), { at: 100 }, beat(2, 1), beat(1, 2));
    assert.deepEqual([late.events, late.incarnation], [['JOINED', 'LOST', 'SUCCEEDED', 'STALE'], 2n]);
  });

  test('who was gone for long is forgotten', () => {
    assert.equal(run(beat(1, 1), { at: 60 }, { at: 1_000 }).members.size, 0);
  });

  test('beats that come twice, late and in any order give the same picture', () => {
    const shuffled = BEATS.chain((beats) =>
      fc.tuple(
        fc.constant(beats),
        fc.shuffledSubarray([...beats, ...beats], { minLength: beats.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([beats, again]) => {
        const picture = (all: typeof beats) => {
          const members = all.reduce(
            (seen, each) => heard(seen, create(NodeBeatSchema, each), 0).members,
            NOBODY,
          );
          const newest = [...members.values()].map(({ beat: b, state }) => [
            b.node,
            b.incarnation,
            b.sequence,
            state,
          ]);
          return new Map(newest.map((each) => [each[0], each]));
        };
        assert.deepEqual(picture(again), picture(beats));
      }),
    );
  });

  test('an older incarnation never changes anything', () => {
    fc.assert(
      fc.property(BEATS, fc.bigInt(1n, 3n), fc.bigInt(1n, 9n), (beats, incarnation, sequence) => {
        const members = beats.reduce(
          (seen, each) => heard(seen, create(NodeBeatSchema, each), 0).members,
          NOBODY,
        );
        const late = create(NodeBeatSchema, { node: 'a', incarnation, sequence });
        const known = members.get('a');
        if (known && known.beat.incarnation > incarnation)
          assert.equal(heard(members, late, 1).members, members);
      }),
    );
  });

  test('nobody is suspected for the silence of one who did not listen', () => {
    const { members } = heard(NOBODY, beat(1, 1), 0);
    assert.deepEqual(swept(excused(members, 100), 100, PATIENCE).events, []);
  });
});
