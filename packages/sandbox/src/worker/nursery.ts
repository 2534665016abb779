import { OP, type Realm, Shell } from './realm.ts';
import { RealmsAhead } from './realms-ahead.ts';

const MiB = 1024 * 1024;
// Released realms linger in their isolate until it goes: at about 0.2 MB each this bounds them to some 13 MB.
const REALMS_PER_SHELL = 64;
const REALMS_BESIDE = 16;
const REALM_SLACK_BYTES = 32 * MiB;
// Modules linger in their realm, too, at a few kilobytes each.
const USES_PER_HARDENED = 500;
// Our own code, which takes 2 ms: on a crowded machine it may take as long as it likes.
const HARDEN_MS = 60_000;
// Groups come and go (every call of EvaluateSources is one): the isolates of so many stay for the next member.
const GROUPS_KEPT = 8;

/**
 * How a realm was left: as it should be; with something of the guest's under way in it (it was cancelled, or did not load);
 * or with guest code cut off, which may go on when the isolate is entered again.
 */
export type End = 'done' | 'unfinished' | 'cut off';

/** Where a realm comes from, and where it goes in the end. */
export interface Cradle {
  take(): Realm;
  /** Takes back a realm. Of one that was cut off the whole isolate goes, with all realms in it. */
  give(realm: Realm, end: End): void;
}

type Hardened = { realm: Realm; uses: number; taken: boolean };

/** Makes realms: in fresh isolates, some of them made ahead of need, or in isolates that others are in. */
export class Nursery {
  readonly #warmSize: number;
  readonly #warmBytes: number;
  readonly #warm: Realm[] = [];
  readonly #ahead = new RealmsAhead();
  /** The isolate that takes a group's next member. */
  readonly #current = new Map<string, Shell>();
  /** An isolate that a candidate has left. */
  #vacant: Shell | undefined;
  readonly #hardened = new Map<string, Hardened>();

  /** Keeps `warmSize` realms ready in isolates limited to `warmBytes`. */
  constructor(warmSize: number, warmBytes: number) {
    this.#warmSize = warmSize;
    this.#warmBytes = warmBytes;
  }

  /** An isolate of its own. */
  own(memoryBytes: number): Cradle {
    return {
      take: () =>
        (memoryBytes === this.#warmBytes ? this.#warm.pop() : undefined) ??
        new Shell('', memoryBytes).realm(),
      give: (realm, end) => this.#give(realm, end),
    };
  }

  /** An isolate that only members of the group share; '' for one of its own. */
  member(group: string, memoryBytes: number): Cradle {
    if (group === '') return this.own(memoryBytes);
    return {
      take: () => this.#shellOf(group, memoryBytes).realm(),
      give: (realm, end) => this.#give(realm, end),
    };
  }

  /**
   * For a one-shot candidate: a fresh realm in an isolate in which nobody else is. Another candidate may have been there
   * before, if it left within its limits: making an isolate costs four times what a realm in it does.
   */
  once(group: string, memoryBytes: number): Cradle {
    if (group !== '') return this.member(group, memoryBytes);
    return {
      take: () => {
        const shell = this.#vacant;
        this.#vacant = undefined;
        if (shell?.memoryBytes === memoryBytes) return shell.realm();
        if (shell !== undefined) dispose(shell);
        return this.own(memoryBytes).take();
      },
      give: (realm, end) => {
        const { shell } = realm;
        const reusable =
          end === 'done' &&
          !shell.isolate.isDisposed &&
          this.#vacant === undefined &&
          shell.made < REALMS_PER_SHELL &&
          isRoomy(shell, memoryBytes / 4);
        if (!reusable) return dispose(shell);
        realm.release();
        this.#vacant = shell;
      },
    };
  }

  /** The isolate that an earlier build of the same sandbox is in, while there is room for both. */
  beside(earlier: Realm, memoryBytes: number): Cradle {
    const { shell } = earlier;
    const fits =
      shell.group === '' &&
      shell.memoryBytes === memoryBytes &&
      !shell.isolate.isDisposed &&
      shell.made < REALMS_BESIDE &&
      isRoomy(shell, memoryBytes / 4);
    if (!fits) return this.member(shell.group, memoryBytes);
    return { take: () => this.#ahead.take(shell), give: (realm, end) => this.#give(realm, end) };
  }

  /**
   * A frozen realm that many candidates of a group use, one after another; undefined while another is in it. What it gives
   * them that a fresh realm would not is an error, never a different answer: see guest/harden.js.
   */
  hardened(group: string, memoryBytes: number): Cradle | undefined {
    const kept = this.#hardened.get(group) ?? this.#harden(group, memoryBytes);
    if (kept.taken) return undefined;
    return {
      take: () => {
        kept.taken = true;
        kept.uses++;
        return kept.realm;
      },
      give: ({ shell }, end) => {
        kept.taken = false;
        if (end !== 'done' || kept.uses >= USES_PER_HARDENED) dispose(shell);
        if (shell.isolate.isDisposed && this.#hardened.get(group) === kept) this.#hardened.delete(group);
      },
    };
  }

  /** Whether a realm is wanted that costs a third of a millisecond, and saves it soon. */
  get urgent(): boolean {
    return this.#ahead.wanting;
  }

  /** Makes one realm ahead of need. Returns whether more are wanted. */
  warmOne(): boolean {
    if (this.urgent) this.#ahead.makeOne();
    else if (this.#warm.length < this.#warmSize) this.#warm.push(new Shell('', this.#warmBytes).realm());
    return this.urgent || this.#warm.length < this.#warmSize;
  }

  #harden(group: string, memoryBytes: number): Hardened {
    for (const [oldest, { realm, taken }] of this.#hardened) {
      if (this.#hardened.size < GROUPS_KEPT) break;
      if (taken) continue;
      this.#hardened.delete(oldest);
      dispose(realm.shell);
    }
    const realm = new Shell(group, memoryBytes, REALM_SLACK_BYTES).realm();
    realm.ask(HARDEN_MS, OP.harden);
    const hardened = { realm, uses: 0, taken: false };
    this.#hardened.set(group, hardened);
    return hardened;
  }

  #give(realm: Realm, end: End): void {
    const { shell } = realm;
    if (end === 'cut off') dispose(shell);
    if (!shell.isolate.isDisposed) realm.release();
    const vacant =
      this.#ahead.isAlone(shell) && this.#current.get(keyOf(shell.group, shell.memoryBytes)) !== shell;
    if (!vacant && !shell.isolate.isDisposed) return;
    this.#ahead.forget(shell);
    dispose(shell);
  }

  #shellOf(group: string, memoryBytes: number): Shell {
    const key = keyOf(group, memoryBytes);
    const current = this.#current.get(key);
    if (current !== undefined) {
      if (hasRoom(current)) return current;
      this.#current.delete(key);
      if (current.living === 0) dispose(current);
    }
    const shell = new Shell(group, memoryBytes, REALM_SLACK_BYTES);
    this.#current.set(key, shell);
    const empty = [...this.#current].filter(([, { living, made }]) => living === 0 && made > 0);
    for (const [name, idle] of empty.slice(0, -GROUPS_KEPT)) {
      this.#current.delete(name);
      dispose(idle);
    }
    return shell;
  }
}

/** Members with other limits get another isolate. */
function keyOf(group: string, memoryBytes: number): string {
  return `${group}|${memoryBytes}`;
}

function hasRoom(shell: Shell): boolean {
  return (
    !shell.isolate.isDisposed &&
    shell.made < REALMS_PER_SHELL &&
    isRoomy(shell, shell.memoryBytes / 2 + REALM_SLACK_BYTES)
  );
}

/** Whether what those who were in the isolate have left there, in its heap and beside it, is less than so many bytes. */
function isRoomy({ isolate, grownBytes }: Shell, bytes: number): boolean {
  return grownBytes < bytes + REALM_SLACK_BYTES && isolate.getHeapStatisticsSync().used_heap_size < bytes;
}

function dispose({ isolate }: Shell): void {
  if (!isolate.isDisposed) isolate.dispose();
}
