import { type Realm, Shell } from './realm.ts';

// Released realms linger in their isolate until it goes: at about 0.2 MB each this bounds them to some 13 MB.
const REALMS_PER_SHELL = 64;
const REALM_SLACK_BYTES = 32 * 1024 * 1024;
// Groups come and go (every call of EvaluateSources is one): the isolates of so many stay for the next member.
const EMPTY_SHELLS_KEPT = 8;

/** Where realms come from: fresh isolates, some of them made ahead of need, and isolates shared by a group. */
export class Nursery {
  readonly #warmSize: number;
  readonly #warmBytes: number;
  readonly #warm: Realm[] = [];
  /** The isolate that takes a group's next member. */
  readonly #current = new Map<string, Shell>();

  /** Keeps `warmSize` realms ready in isolates limited to `warmBytes`. */
  constructor(warmSize: number, warmBytes: number) {
    this.#warmSize = warmSize;
    this.#warmBytes = warmBytes;
  }

  /** A realm in an isolate of its own, or, for a group, in an isolate of the group. Give it back in the end. */
  take(group: string, memoryBytes: number): Realm {
    if (group !== '') return this.#shellOf(group, memoryBytes).realm();
    const warm = memoryBytes === this.#warmBytes ? this.#warm.pop() : undefined;
    return warm ?? new Shell('', memoryBytes).realm();
  }

  /** One that `failed` may have left anything behind: its whole isolate goes, with all realms in it. */
  give(realm: Realm, failed: boolean): void {
    const { shell } = realm;
    if (shell.group === '' || failed) this.#dispose(shell);
    if (shell.isolate.isDisposed) return;
    realm.release();
    if (shell.living === 0 && this.#current.get(shell.group) !== shell) shell.isolate.dispose();
  }

  /** Makes one realm ahead of need. Returns whether more are wanted. */
  warmOne(): boolean {
    if (this.#warm.length >= this.#warmSize) return false;
    this.#warm.push(new Shell('', this.#warmBytes).realm());
    return this.#warm.length < this.#warmSize;
  }

  #shellOf(group: string, memoryBytes: number): Shell {
    const current = this.#current.get(group);
    if (current !== undefined) {
      if (!current.isolate.isDisposed && current.made < REALMS_PER_SHELL) return current;
      this.#current.delete(group);
      if (current.living === 0) this.#dispose(current);
    }
    const shell = new Shell(group, memoryBytes + REALM_SLACK_BYTES);
    this.#current.set(group, shell);
    this.#trim();
    return shell;
  }

  #trim(): void {
    const empty = [...this.#current.values()].filter((shell) => shell.living === 0 && shell.made > 0);
    for (const shell of empty.slice(0, -EMPTY_SHELLS_KEPT)) this.#dispose(shell);
  }

  #dispose(shell: Shell): void {
    if (this.#current.get(shell.group) === shell) this.#current.delete(shell.group);
    if (!shell.isolate.isDisposed) shell.isolate.dispose();
  }
}
