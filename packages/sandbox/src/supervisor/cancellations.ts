import type { Job } from './job.ts';

/** Jobs by the signal that cancels them: one listener for each signal, however many jobs a batch has. */
export class Cancellations {
  readonly #cancel: (job: Job) => void;
  readonly #jobs = new WeakMap<AbortSignal, Set<Job>>();

  constructor(cancel: (job: Job) => void) {
    this.#cancel = cancel;
  }

  watch(signal: AbortSignal, job: Job): void {
    if (signal.aborted) {
      job.cancelled();
      return;
    }
    let jobs = this.#jobs.get(signal);
    if (jobs === undefined) {
      jobs = new Set();
      this.#jobs.set(signal, jobs);
      const watched = jobs;
      signal.addEventListener('abort', () => {
        for (const each of watched) this.#cancel(each);
        watched.clear();
      });
    }
    jobs.add(job);
    job.watched = jobs;
  }
}
