import type { ModuleCode } from './genome.ts';
import type { Draft } from './versions.ts';

/** Keeps identical code once, for as long as any sandbox has it: populations are mostly copies. */
export class CodePool {
  readonly #byHash = new Map<string, WeakRef<ModuleCode>>();
  readonly #forgotten = new FinalizationRegistry<string>((sha256) => {
    if (this.#byHash.get(sha256)?.deref() === undefined) this.#byHash.delete(sha256);
  });

  /** The draft itself, its code replaced by what is here already. */
  share<D extends Pick<Draft, 'modules'>>(draft: D): D {
    for (const version of draft.modules.values()) version.code = this.#shared(version.sha256, version.code);
    return draft;
  }

  #shared(sha256: string, code: ModuleCode): ModuleCode {
    const present = this.#byHash.get(sha256)?.deref();
    if (present !== undefined) return present;
    this.#byHash.set(sha256, new WeakRef(code));
    this.#forgotten.register(code, sha256);
    return code;
  }
}
