import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { connect, type Petri } from '@petri/client';
import { startNodeProcess } from '../support/node-process.ts';
import { until } from '../support/until.ts';
import { seededRandom } from '../support/random.ts';
import type { Model } from './model.ts';
import { PopulationModel } from './population-model.ts';
import { SandboxModel } from './sandbox-model.ts';

const SANDBOXES = 24;
const POPULATIONS = 8;
/** The node is killed after a random number of changes up to this, and a random part of what one takes on top. */
const CHANGES = 300;
const CHANGE_MS = 5;
/** One start in so many is killed, too. */
const STARTS_KILLED = 4;
const START_MS = 600;

/** `ofPopulations` are those of all acknowledged changes that were of populations, fitness, lineage and pins. */
export type Crashes = { kills: number; startsKilled: number; acknowledged: number; ofPopulations: number };

/** Kills a node under load again and again, on one data directory, and verifies everything after each time. */
export async function crash(options: {
  directory: string;
  times: number;
  seed: number;
  progress?: (line: string) => void;
}): Promise<Crashes> {
  const random = seededRandom(options.seed);
  const env = {
    PETRI_DATA_DIR: options.directory,
    PETRI_WORKERS: '1',
    PETRI_SPARES: '0',
    // What a node takes by itself is none of the models' changes.
    PETRI_GC_INTERVAL_MS: '0',
  };
  const populations = Array.from({ length: POPULATIONS }, (_, at) => new PopulationModel(`population-${at}`));
  const models: readonly Model[] = [
    ...Array.from({ length: SANDBOXES }, (_, at) => new SandboxModel(`slot-${at}`)),
    ...populations,
  ];
  const crashes: Crashes = { kills: 0, startsKilled: 0, acknowledged: 0, ofPopulations: 0 };
  for (let time = 0; time <= options.times; time++) {
    if (time > 0 && random() < 1 / STARTS_KILLED) {
      await killedStart(env, random() * START_MS);
      crashes.startsKilled++;
    }
    await using node = await startNodeProcess(env);
    await using petri = await connect(node.address);
    for (const model of models) await model.verify(petri);
    if (time === options.times) break;
    const dead = once(node.child, 'exit');
    const load = Promise.all(models.map((model) => busy(model, petri, random, () => node.child.killed)));
    const enough = acknowledged(models) + random() * CHANGES;
    await Promise.race([until('changes', () => acknowledged(models) >= enough, 60_000), load]);
    await pause(random() * CHANGE_MS);
    node.child.kill('SIGKILL');
    await Promise.all([load, dead]);
    crashes.kills++;
    crashes.acknowledged = acknowledged(models);
    crashes.ofPopulations = acknowledged(populations);
    options.progress?.(
      `${time + 1} of ${options.times}: ${crashes.acknowledged} changes acknowledged so far`,
    );
  }
  return crashes;
}

function acknowledged(models: readonly Model[]): number {
  return models.reduce((sum, model) => sum + model.acknowledged, 0);
}

/** Makes one change after the other until the node is dead. Any failure before that is one of the test. */
async function busy(model: Model, petri: Petri, random: () => number, killed: () => boolean): Promise<void> {
  while (!killed()) {
    try {
      await model.change(petri, random);
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
