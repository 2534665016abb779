import { readSync, writeSync } from 'node:fs';

/** What a worker does at the moment. Times in milliseconds of the machine's monotonic clock. */
export type Entry = {
  /** Another for each entry of the process. */
  sequence: number;
  /** Task whose slice runs; 0 while none does. */
  taskId: number;
  /** Whose code runs: the candidate's (or the sandbox's), or a fitness program's. */
  phase: Phase;
  startedAt: number;
  deadlineAt: number;
  /** CPU time of the task's slices before this one, in milliseconds. */
  usedMs: number;
};

export const PHASE = { guest: 0, program: 1 } as const;
export type Phase = (typeof PHASE)[keyof typeof PHASE];

const FIELDS = 7;
const BYTES = FIELDS * 8;

/** Milliseconds of the monotonic clock that all processes of a machine share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/**
 * The flight recorder: a few bytes of a deleted file that supervisor and worker both hold open. The worker overwrites
 * them before each slice (about 1 µs), the supervisor reads them when it wonders; so blame is exact even if the worker
 * is dead or will never answer. A file, not a pipe: nobody has to drain it, and writing wakes nobody up.
 */
export class RecorderWriter {
  readonly #fd: number;
  readonly #fields = new Float64Array(FIELDS);
  readonly #bytes = new Uint8Array(this.#fields.buffer);
  #sequence = 0;
  #hurrying = false;
  /** Milliseconds that slices have taken, all tasks together. */
  busyMs = 0;

  constructor(fd: number) {
    this.#fd = fd;
  }

  begin(taskId: number, phase: Phase, startedAt: number, deadlineAt: number, usedMs: number): void {
    const fields = this.#fields;
    fields[0] = fields[6] = ++this.#sequence;
    fields[1] = taskId;
    fields[2] = phase;
    fields[3] = startedAt;
    fields[4] = deadlineAt;
    fields[5] = usedMs;
    writeSync(this.#fd, this.#bytes, 0, BYTES, 0);
  }

  /** From now on slices follow each other closely: the end of each is the begin of the next. */
  hurry(): void {
    this.#hurrying = true;
  }

  /** A slice is over. */
  end(): void {
    if (!this.#hurrying) this.begin(0, PHASE.guest, 0, 0, 0);
  }

  /** No slice runs. */
  idle(): void {
    this.#hurrying = false;
    this.end();
  }
}

export class RecorderReader {
  readonly #fd: number;
  readonly #fields = new Float64Array(FIELDS);
  readonly #bytes = new Uint8Array(this.#fields.buffer);

  constructor(fd: number) {
    this.#fd = fd;
  }

  read(): Entry {
    const fields = this.#fields;
    // The sequence number stands at both ends: where they differ, the write was under way.
    for (let attempt = 0; attempt < 3; attempt++) {
      const length = readSync(this.#fd, this.#bytes, 0, BYTES, 0);
      if (length === BYTES && fields[0] === fields[6]) break;
      if (length < BYTES)
        return { sequence: 0, taskId: 0, phase: PHASE.guest, startedAt: 0, deadlineAt: 0, usedMs: 0 };
    }
    const [sequence = 0, taskId = 0, phase = 0, startedAt = 0, deadlineAt = 0, usedMs = 0] = fields;
    return { sequence, taskId, phase: phase as Phase, startedAt, deadlineAt, usedMs };
  }
}
