import { readFileSync } from 'node:fs';
import ivm from 'isolated-vm';

const FILENAME = 'petri:bootstrap';
// One scope; see guest/README.md.
const PARTS = [
  'intrinsics',
  'encoding',
  'errors',
  'logs',
  'clock',
  'tasks',
  'state',
  'runs',
  'fitness',
  'wasm',
  'globals',
  'harden',
  'dispatch',
];

/** What the bootstrap can be asked for; see guest/dispatch.js. */
export const OP = {
  call: 0,
  observe: 1,
  migrate: 2,
  pump: 3,
  bind: 4,
  answer: 5,
  fitness: 6,
  stall: 7,
  clock: 8,
  committed: 9,
  tasks: 10,
  module: 11,
  binary: 12,
  lend: 13,
  take: 14,
  configure: 15,
  harden: 16,
} as const;

export type Op = (typeof OP)[keyof typeof OP];

const CONSTANTS = Object.entries(OP).map(([name, value]) => `const OP_${name.toUpperCase()} = ${value};`);
const SOURCE = `(function () { 'use strict';
${CONSTANTS.join(' ')}
${PARTS.map((part) => readFileSync(new URL(`../guest/${part}.js`, import.meta.url), 'utf8')).join('')}
return dispatch; })();`;
const MiB = 1024 * 1024;

/** isolated-vm takes no less; below it, the heap is also checked after each run. */
export const MIN_ISOLATE_BYTES = 8 * MiB;

/** A value that crosses into the guest: never an object of isolated-vm's that the guest could hold. */
export type Argument =
  string | number | boolean | ivm.Dereference<unknown> | ivm.Copy<ArrayBuffer> | undefined;

// Made by ourselves in this process, from our own source: V8 must never be given anybody else's.
let codeCache: ivm.ExternalCopy<ArrayBuffer> | undefined;

/** An isolate, and the bootstrap compiled for it; realms are made of it. */
export class Shell {
  readonly isolate: ivm.Isolate;
  /** '' for an isolate that one sandbox has to itself. */
  readonly group: string;
  readonly memoryBytes: number;
  readonly #bootstrap: ivm.Script;
  /** Realms made so far, and those still in use. */
  made = 0;
  living = 0;
  /** By how much it has made the process grow, as far as can be told. */
  grownBytes = 0;

  /** `slackBytes` is for what realms that are gone leave behind. */
  constructor(group: string, memoryBytes: number, slackBytes = 0) {
    this.group = group;
    this.memoryBytes = memoryBytes;
    this.isolate = new ivm.Isolate({
      memoryLimit: Math.ceil(Math.max(memoryBytes + slackBytes, MIN_ISOLATE_BYTES) / MiB),
    });
    this.#bootstrap = this.isolate.compileScriptSync(
      SOURCE,
      codeCache === undefined
        ? { filename: FILENAME, produceCachedData: true }
        : { filename: FILENAME, cachedData: codeCache },
    );
    // The type declarations leave it out.
    codeCache ??= (this.#bootstrap as { cachedData?: ivm.ExternalCopy<ArrayBuffer> }).cachedData;
  }

  realm(): Realm {
    this.made++;
    this.living++;
    const context = this.isolate.createContextSync();
    const dispatch = this.#bootstrap.runSync(context, { reference: true });
    return new Realm(this, context, dispatch);
  }
}

/** A fresh global scope with the bootstrap in it. */
export class Realm {
  readonly shell: Shell;
  readonly context: ivm.Context;
  readonly #dispatch: ivm.Reference;
  /** Its part of what the isolate has grown. */
  grownBytes = 0;

  constructor(shell: Shell, context: ivm.Context, dispatch: ivm.Reference) {
    this.shell = shell;
    this.context = context;
    this.#dispatch = dispatch;
  }

  /** One synchronous call of the bootstrap. Throws what isolated-vm throws; see slices.ts. */
  ask(timeout: number, op: Op, a?: Argument, b?: Argument, c?: Argument): string {
    return this.#dispatch.applySync(undefined, [op, a, b, c] as never[], { timeout }) as string;
  }

  /** Code in it has run, and the process has changed by so many bytes. */
  grow(bytes: number): void {
    this.grownBytes = Math.max(0, this.grownBytes + bytes);
    this.shell.grownBytes = Math.max(0, this.shell.grownBytes + bytes);
  }

  release(): void {
    this.shell.living--;
    this.#dispatch.release();
    this.context.release();
  }
}
