import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export type WorkerOptions = {
  /** Realms each worker keeps ready, and the memory limit of their isolates in bytes. */
  warmRealms: number;
  warmBytes: number;
  /** Sandboxes a worker holds before the least recently used makes room. */
  capacity: number;
  /** Pages of 64 KiB one WebAssembly memory may have. */
  wasmPages: number;
};

const require = createRequire(import.meta.url);
const ENTRY = fileURLToPath(new URL('../worker/main.ts', import.meta.url));
const SETPRIV = '/usr/bin/setpriv';

/** What a worker may read: its own code, and the libraries it loads. It may write nothing, and start nothing. */
const READABLE = [
  fileURLToPath(new URL('../..', import.meta.url)),
  dirname(dirname(fileURLToPath(import.meta.resolve('@petri/core')))),
  nodeModulesOf('isolated-vm'),
  nodeModulesOf('oxc-transform'),
  // The loaders of native addons look here for the C library's kind.
  '/etc/alpine-release',
  '/usr/bin/ldd',
];

/** The command that starts a worker. */
export function workerCommand(options: WorkerOptions): { command: string; args: string[] } {
  const { warmRealms, warmBytes, capacity, wasmPages } = options;
  const args = [
    '--no-node-snapshot', // isolated-vm needs it
    '--no-turboshaft-loop-unrolling', // unrolled loops poll for no interrupt: they would ignore time-outs
    '--no-rehash-snapshot', // 10% less for each realm; a guest that floods hashes slows only itself
    `--wasm-max-mem-pages=${wasmPages}`,
    '--permission',
    '--allow-addons',
    '--disable-warning=SecurityWarning', // that addons may do anything: ours are the reason for all this
    ...READABLE.map((path) => `--allow-fs-read=${path}`),
    ENTRY,
    ...[warmRealms, warmBytes, capacity].map(String),
  ];
  if (!existsSync(SETPRIV)) return { command: process.execPath, args };
  // A worker in an endless loop would outlive a supervisor that is killed: the kernel ends it.
  return { command: SETPRIV, args: ['--pdeathsig', 'KILL', '--no-new-privs', process.execPath, ...args] };
}

function nodeModulesOf(library: string): string {
  const folder = `${sep}node_modules${sep}`;
  const path = require.resolve(library);
  return path.slice(0, path.lastIndexOf(`${folder}${library}`) + folder.length);
}
