import type { Realm, Shell } from './realm.ts';

// At about 0.2 MB each.
const KEPT = 64;

/** Realms made ahead of need beside living ones: a sandbox that was reloaded will be reloaded again. */
export class RealmsAhead {
  readonly #ready = new Map<Shell, Realm>();
  readonly #wanted = new Set<Shell>();

  /** A realm in that isolate, and the wish for the next one. */
  take(shell: Shell): Realm {
    const ready = this.#ready.get(shell);
    this.#ready.delete(shell);
    this.#wanted.add(shell);
    return ready ?? shell.realm();
  }

  /** Whether nobody is in the isolate but a realm that waits here. */
  isAlone(shell: Shell): boolean {
    return shell.living === (this.#ready.has(shell) ? 1 : 0);
  }

  get wanting(): boolean {
    return this.#wanted.size > 0;
  }

  /** Makes one of the realms that are wanted, unless nobody lives there any more. */
  makeOne(): void {
    const [shell] = this.#wanted;
    if (shell === undefined) return;
    this.#wanted.delete(shell);
    if (shell.isolate.isDisposed || shell.living === 0 || this.#ready.has(shell)) return;
    this.#ready.set(shell, shell.realm());
    if (this.#ready.size <= KEPT) return;
    const [[oldest, realm] = []] = this.#ready;
    if (oldest === undefined) return;
    this.#ready.delete(oldest);
    if (!oldest.isolate.isDisposed) realm?.release();
  }

  /** The isolate is going: so is what was made in it. */
  forget(shell: Shell): void {
    this.#ready.delete(shell);
    this.#wanted.delete(shell);
  }
}
