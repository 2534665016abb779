import { availableParallelism } from 'node:os';

/** What the environment of whoever runs a cluster gives its processes, and says about how to print. */
export type Surroundings = {
  env: NodeJS.ProcessEnv;
  /** False if NO_COLOR is set to anything (no-color.org). */
  color: boolean;
  /** False on terminals that cannot rewrite a line. */
  liveLine: boolean;
};

export function readSurroundings(env: NodeJS.ProcessEnv = process.env): Surroundings {
  const dumb = env['TERM'] === 'dumb';
  return { env, color: !env['NO_COLOR'] && !dumb, liveLine: !dumb };
}

/** What processes on one machine have unless the environment says otherwise. */
export function defaults(nodes: number): Record<string, string> {
  return {
    PETRI_WORKERS: String(Math.max(1, Math.floor(availableParallelism() / nodes))),
    // Nothing is far away: they hear of each other, and of a loss, sooner than by default.
    PETRI_BEAT_MS: '250',
    PETRI_LEASE_MS: '2000',
  };
}
