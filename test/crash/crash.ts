import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type Petri } from '@petri/client';
import { startNodeProcess } from '../support/node-process.ts';
import { until } from '../support/until.ts';
import { Slot } from './model.ts';

const SLOTS = 24;
/** The node is killed after a random number of changes up to this, and a random part of what one takes on top. */
const CHANGES = 300;
const CHANGE_MS = 5;
/** One start in so many is killed, too. */
const STARTS_KILLED = 4;
const START_MS = 600;

export type Crashes = { kills: number; startsKilled: number; acknowledged: number };

/** Kills a node under load again and again, on one data directory, and verifies everything after each time. */
export async function crash(options: {
  directory: string;
  times: number;
  seed: number;
  progress?: (line: string) => void;
}): Promise<Crashes> {
  const random = generator(options.seed);
  const env = { PETRI_DATA_DIR: options.directory, PETRI_WORKERS: '1', PETRI_SPARES: '0' };
  const slots = Array.from({ length: SLOTS }, (_, index) => new Slot(`slot-${index}`));
  const crashes: Crashes = { kills: 0, startsKilled: 0, acknowledged: 0 };
  for (let time = 0; time <= options.times; time++) {
    if (time > 0 && random() < 1 / STARTS_KILLED) {
      await killedStart(env, random() * START_MS);
      crashes.startsKilled++;
    }
    await using node = await startNodeProcess(env);
    await using petri = await connect(node.address);
    for (const slot of slots) await slot.verify(petri);
    if (time === options.times) break;
    const dead = once(node.child, 'exit');
    const load = Promise.all(slots.map((slot) => busy(slot, petri, random, () => node.child.killed)));
    const enough = acknowledged(slots) + random() * CHANGES;
    await Promise.race([until('changes', () => acknowledged(slots) >= enough, 60_000), load]);
    await pause(random() * CHANGE_MS);
    node.child.kill('SIGKILL');
    await Promise.all([load, dead]);
    crashes.kills++;
    crashes.acknowledged = acknowledged(slots);
    options.progress?.(
      `${time + 1} of ${options.times}: ${crashes.acknowledged} changes acknowledged so far`,
    );
  }
  return crashes;
}

function acknowledged(slots: readonly Slot[]): number {
  return slots.reduce((sum, slot) => sum + slot.acknowledged, 0);
}

/** Changes one sandbox after the other until the node is dead. Any failure before that is one of the test. */
async function busy(slot: Slot, petri: Petri, random: () => number, killed: () => boolean): Promise<void> {
  while (!killed()) {
    try {
      await slot.change(petri, random);
    } catch (thrown) {
      if (!killed()) throw thrown;
    }
  }
}

async function killedStart(env: Record<string, string>, afterMs: number): Promise<void> {
  const aborted = new AbortController();
  const started = startNodeProcess(env, [], aborted.signal);
  await Promise.race([pause(afterMs), started]);
  aborted.abort();
  await started.catch(() => undefined);
}

/** Numbers in [0, 1) that follow from the seed: mulberry32. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
