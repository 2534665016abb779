import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Confinement } from './confinement/confinement.ts';

export type WorkerOptions = {
  /** What a worker runs; see worker-script.ts. */
  script: string;
  /** Realms each worker keeps ready, and the memory limit of their isolates in bytes. */
  warmRealms: number;
  warmBytes: number;
  /** Sandboxes a worker holds before the least recently used makes room. */
  capacity: number;
  /** Pages of 64 KiB one WebAssembly memory may have. */
  wasmPages: number;
  /** What each worker is started under. */
  confinement: Confinement;
};

const require = createRequire(import.meta.url);
const GUEST = fileURLToPath(new URL('../guest/dispatch.js', import.meta.url));
const SHELL = '/bin/sh';

// isolated-vm sets a timer for each call, and its timer thread wakes up for each, long after the call is over. With a
// coarser clock, in nanoseconds, it wakes up once for many: an eighth of the context switches, a fifth less CPU time per
// small run. Deadlines are met that much later. The shell would leave variables of its own.
const TIMER_SLACK_NS = 1_000_000;
const SLACK_FILE = '/proc/self/timerslack_ns';
const COARSE_TIMERS =
  existsSync(SHELL) && existsSync(SLACK_FILE)
    ? [SHELL, '-c', `{ echo ${TIMER_SLACK_NS} >${SLACK_FILE}; } 2>/dev/null; exec env -i "$@"`, SHELL]
    : [];

/** What a worker may read: its own code and the guests' bootstrap, and the libraries it loads. It may write nothing, and start nothing. */
const READABLE = [
  fileURLToPath(new URL('../..', import.meta.url)),
  nodeModulesOf('isolated-vm'),
  nodeModulesOf('oxc-parser'),
  nodeModulesOf('oxc-transform'),
  // The loaders of native addons look here for the C library's kind.
  '/etc/alpine-release',
  '/usr/bin/ldd',
];

/** Files without which no worker starts, for whoever it runs as. */
export const NEEDED: readonly string[] = [
  GUEST,
  process.execPath,
  require.resolve('isolated-vm'),
  require.resolve('oxc-parser'),
  require.resolve('oxc-transform'),
];

/** The command that starts a worker, which reads its script from standard input; or a file in a worker's place. */
export function workerCommand(
  options: Omit<WorkerOptions, 'script'>,
  entry = '-',
): { command: string; args: string[] } {
  const { warmRealms, warmBytes, capacity, wasmPages, confinement } = options;
  const [command = process.execPath, ...args] = [
    ...COARSE_TIMERS,
    ...confinement.commands,
    process.execPath,
    '--no-node-snapshot', // isolated-vm needs it
    '--no-turboshaft-loop-unrolling', // unrolled loops poll for no interrupt: they would ignore time-outs
    '--no-rehash-snapshot', // 10% less for each realm; a guest that floods hashes slows only itself
    `--wasm-max-mem-pages=${wasmPages}`,
    '--permission',
    '--allow-addons',
    '--disable-warning=SecurityWarning', // that addons may do anything: ours are the reason for all this
    ...READABLE.map((path) => `--allow-fs-read=${path}`),
    entry,
    ...[warmRealms, warmBytes, capacity].map(String),
  ];
  return { command, args };
}

function nodeModulesOf(library: string): string {
  const folder = `${sep}node_modules${sep}`;
  const path = require.resolve(library);
  return path.slice(0, path.lastIndexOf(`${folder}${library}`) + folder.length);
}
