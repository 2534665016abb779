import type { NodeBeat } from '@petri/contracts/v1';

/** `DRAINING` is also heard of; a node that is `GONE` may come back, unless it said that it leaves. */
export type MemberState = 'ALIVE' | 'SUSPECT' | 'DRAINING' | 'GONE';

export type Member = {
  beat: NodeBeat;
  state: MemberState;
  /** By the monotonic clock of whoever heard it, in milliseconds. */
  heardAt: number;
};

/** By node. A value: what happens makes a new one. */
export type Members = ReadonlyMap<string, Member>;

export type MembershipEvent = {
  kind: 'JOINED' | 'SUCCEEDED' | 'RETURNED' | 'SUSPECTED' | 'LOST' | 'LEFT' | 'STALE';
  node: string;
  incarnation: bigint;
};

export type Patience = {
  /** Silence after which a node is suspect, in milliseconds. */
  suspectAfterMs: number;
  /** Silence after which its islands are routed around. */
  goneAfterMs: number;
  /** Silence after which it is not even remembered. */
  forgottenAfterMs: number;
};

export type Step = { members: Members; events: readonly MembershipEvent[] };

/**
 * What a beat changes. Beats may come twice, late or out of order: within an incarnation the sequence decides, and an
 * older incarnation changes nothing. A process that was paused is the same incarnation when it comes back; if a
 * successor took its place meanwhile, it is `STALE` and stays out.
 */
export function heard(members: Members, beat: NodeBeat, now: number): Step {
  const known = members.get(beat.node);
  const event = (kind: MembershipEvent['kind']): MembershipEvent => {
    return { kind, node: beat.node, incarnation: beat.incarnation };
  };
  if (known && beat.incarnation < known.beat.incarnation) return { members, events: [event('STALE')] };
  const successor = !known || beat.incarnation > known.beat.incarnation;
  if (!successor && (known.beat.leaving || beat.sequence <= known.beat.sequence))
    return { members, events: [] };

  const next = new Map(members).set(beat.node, { beat, state: stateOf(beat), heardAt: now });
  if (beat.leaving) return { members: next, events: [event('LEFT')] };
  if (!known) return { members: next, events: [event('JOINED')] };
  if (successor) return { members: next, events: [event('SUCCEEDED')] };
  const returned = known.state === 'SUSPECT' || known.state === 'GONE';
  return { members: next, events: returned ? [event('RETURNED')] : [] };
}

function stateOf({ leaving, draining }: NodeBeat): MemberState {
  if (leaving) return 'GONE';
  return draining ? 'DRAINING' : 'ALIVE';
}

/** What silence changes. */
export function swept(members: Members, now: number, patience: Patience): Step {
  const next = new Map(members);
  const events: MembershipEvent[] = [];
  for (const [node, member] of members) {
    const silence = now - member.heardAt;
    const { incarnation } = member.beat;
    if (silence >= patience.forgottenAfterMs) next.delete(node);
    else if (member.state === 'GONE') continue;
    else if (silence >= patience.goneAfterMs) {
      next.set(node, { ...member, state: 'GONE' });
      events.push({ kind: 'LOST', node, incarnation });
    } else if (silence >= patience.suspectAfterMs && member.state !== 'SUSPECT') {
      next.set(node, { ...member, state: 'SUSPECT' });
      events.push({ kind: 'SUSPECTED', node, incarnation });
    }
  }
  return { members: next, events };
}

/** For one who did not listen for a while, such as a process that was stopped: nobody else is to blame for it. */
export function excused(members: Members, pauseMs: number): Members {
  return new Map(
    [...members].map(([node, member]) => [node, { ...member, heardAt: member.heardAt + pauseMs }]),
  );
}
