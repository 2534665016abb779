import type { CallAnswer } from '../protocol.ts';
import { PHASE, type Phase } from '../recorder.ts';
import type { Cancellation } from './cancellation.ts';
import { OP, type Realm } from './realm.ts';
import type { Resident } from './resident.ts';
import type { Meter } from './slices.ts';

/** A call of the candidate that a fitness program asks for: [id, module, function, arguments]. */
export type CandidateCall = [number, string, string, string];

export type Step =
  | {
      kind: 'done';
      answer: CallAnswer;
      /** The failed call of the candidate that the answer is due to. */ failedCall?: number;
    }
  | {
      kind: 'pending';
      /** Milliseconds to the next timer; undefined if none is set. */ wait?: number;
      calls: CandidateCall[];
    };

/** Reads an answer of the bootstrap. */
export function readStep(text: string): Step {
  const head = text.charCodeAt(0);
  if (head === 61 /* = */) return { kind: 'done', answer: { o: 0, v: text.slice(1) } };
  const newline = text.indexOf('\n');
  if (head === 126 /* ~ */) {
    const { w, c, ...answer } = JSON.parse(text.slice(1, newline)) as CallAnswer & { w?: string; c?: number };
    if (answer.o === 0) answer.v = text.slice(newline + 1);
    if (answer.o === 5)
      answer.r = w === 'state' ? 'the state is larger than its limit' : 'the result is larger than its limit';
    return c === undefined ? { kind: 'done', answer } : { kind: 'done', answer, failedCall: c };
  }
  const wait = newline < 0 ? text.slice(1) : text.slice(1, newline);
  const calls = newline < 0 ? [] : (JSON.parse(text.slice(newline + 1)) as CandidateCall[]);
  return wait === '' ? { kind: 'pending', calls } : { kind: 'pending', wait: Number(wait), calls };
}

// Promises that wait for nothing settle within a few steps; only what takes longer pays for the event loop.
const STEPS_AT_ONCE = 8;

/**
 * One call of an exported function, pumped until it is answered; the answer comes at once unless the guest waits for a
 * timer. `op` says what becomes of the state.
 *
 * @throws SliceFailure, Cancelled (also as rejections)
 */
export function callGuest(
  meter: Meter,
  resident: Resident,
  cancellation: Cancellation,
  deadlineAt: number,
  op: typeof OP.call | typeof OP.observe | typeof OP.migrate,
  module: string,
  name: string,
  args: string,
): CallAnswer | Promise<CallAnswer> {
  const { realm } = resident;
  const bound = resident.bind(meter, deadlineAt, module, name);
  let step = readStep(meter.ask(realm, deadlineAt, PHASE.guest, op, bound, args));
  for (let steps = 0; steps < STEPS_AT_ONCE; steps++) {
    if (step.kind === 'done') return step.answer;
    if (step.wait === undefined) return stall(meter, realm, deadlineAt, PHASE.guest);
    if (step.wait > 0) break;
    step = readStep(meter.ask(realm, deadlineAt, PHASE.guest, OP.pump));
  }
  return pumpGuest(meter, realm, cancellation, deadlineAt, step);
}

async function pumpGuest(
  meter: Meter,
  realm: Realm,
  cancellation: Cancellation,
  deadlineAt: number,
  first: Step,
): Promise<CallAnswer> {
  let step = first;
  let endAt = deadlineAt;
  while (step.kind === 'pending') {
    if (step.wait === undefined) return stall(meter, realm, endAt, PHASE.guest);
    endAt += await meter.idle(cancellation, Math.min(step.wait, meter.left(endAt)));
    step = readStep(meter.ask(realm, endAt, PHASE.guest, OP.pump));
  }
  return step.answer;
}

/** Ends a call whose promise nothing can settle any more. */
export function stall(meter: Meter, realm: Realm, deadlineAt: number, phase: Phase): CallAnswer {
  const step = readStep(meter.ask(realm, deadlineAt, phase, OP.stall));
  if (step.kind === 'done') return step.answer;
  throw new Error('the bootstrap did not end a stalled call');
}
