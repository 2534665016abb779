import { parseArgs } from 'node:util';

export type ClusterOptions = {
  nodes: number;
  coordinators: number;
  /** Where nodes and NATS keep what they have; undefined for as long as the cluster is up. */
  data: string | undefined;
  /** Of the first node; the others have the ports after it, then the coordinators. 0: any free ones. */
  port: number;
  /** What to evolve on it; undefined to leave it to others. */
  demo: { problem: 'quadratic' | 'kepler'; seed: string } | undefined;
  json: boolean;
  help: boolean;
};

/** The command line was wrong; every complaint at once. */
export class UsageError extends Error {
  override readonly name = 'UsageError';

  constructor(complaints: readonly string[]) {
    super(`${complaints.join('\n')}\nnpm run cluster -- --help lists the flags`);
  }
}

export const HELP = `A cluster of Petri as processes on this machine: NATS, nodes, and a coordinator that leads them.

  npm run cluster                      three nodes and a coordinator, until Ctrl-C
  npm run cluster -- --demo            the same, evolving on all of them, with their migrations; ends with the demo

  --nodes NUMBER         nodes, of one island each, 1 to 32 (default 3)
  --coordinators NUMBER  0 to 4 (default 1); with 0 the nodes lead themselves
  --data DIRECTORY       where nodes and NATS keep what they have (default: nowhere for longer than the cluster is up)
  --port NUMBER          of the first node; further nodes and then coordinators follow it (default 50051; 0: any free ones)
  --demo                 evolves a population on every island at once
  --problem NAME         of the demo: quadratic or kepler (default kepler)
  --seed TEXT            of the demo (default 1)
  --json                 print the ready line as JSON
  --help                 this text

PETRI_ and OTEL_ variables reach the processes, but for those that the cluster sets itself (ports, ids, NATS). By default
PETRI_WORKERS shares the cores among the nodes, PETRI_BEAT_MS is 250 and PETRI_LEASE_MS of coordinators 2000. NATS is
nats-server from the PATH, or from Debian where it may be installed.

A process that dies is started again. Ctrl-C or SIGTERM: end all in order. A second one: at once.

Exit status: 0 ended as asked (with --demo: the target was reached), 1 otherwise, 2 wrong usage, 130 the demo was interrupted.
`;

const FLAGS = {
  nodes: { type: 'string' },
  coordinators: { type: 'string' },
  data: { type: 'string' },
  port: { type: 'string' },
  demo: { type: 'boolean' },
  problem: { type: 'string' },
  seed: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** @throws UsageError with every complaint. */
export function parseOptions(args: readonly string[]): ClusterOptions {
  const values = parsed(args);
  const complaints: string[] = [];
  const integer = (name: 'nodes' | 'coordinators' | 'port', low: number, high: number, fallback: number) => {
    const text = values[name];
    const value = text === undefined ? fallback : Number(text);
    if (!/^\d+$/.test(text ?? '0') || value < low || value > high)
      complaints.push(`--${name} takes a whole number from ${low} to ${high}, not "${text}"`);
    return value;
  };
  const { demo = false, problem = 'kepler', seed, data, json = false, help = false } = values;
  const options = {
    nodes: integer('nodes', 1, 32, 3),
    coordinators: integer('coordinators', 0, 4, 1),
    data,
    port: integer('port', 0, 65_000, 50_051),
    json,
    help,
  };
  if (problem !== 'quadratic' && problem !== 'kepler')
    complaints.push(`--problem takes quadratic or kepler, not "${problem}"`);
  if (!demo && (values.problem ?? seed) !== undefined)
    complaints.push('--problem and --seed are of --demo, which is missing');
  if (complaints.length > 0) throw new UsageError(complaints);
  const asked = { problem: problem as 'quadratic' | 'kepler', seed: seed ?? '1' };
  return { ...options, demo: demo ? asked : undefined };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: FLAGS }).values;
  } catch (thrown) {
    throw new UsageError([(thrown as Error).message]);
  }
}
