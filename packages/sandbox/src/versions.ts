import { failedPrecondition, invalid, notFound, type Violation } from '@petri/core';
import { hashOf, type Module, type ModuleCode, sizeOf } from './genome.ts';
import type { ModuleHistoryInfo, ModuleVersionInfo } from './api/module.ts';

type Kept = { version: number; code: ModuleCode; sha256: string; sizeBytes: number; loadedAtMs: number };

type History = {
  /** Oldest first. */ kept: Kept[];
  /** 0 while the module is not part of the genome. */ active: number;
  total: number;
};

/** What a genome would be after a change: nothing of it is in force before it is committed. */
export type Draft = {
  entry: string;
  modules: ReadonlyMap<string, Kept>;
  /** Whether any code, or the entry, differs from what is in force. */
  changed: boolean;
};

const NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/;

/** What is wrong with modules given by a caller, every fault at once. `field` is how the caller names the list. */
export function moduleViolations(field: string, modules: readonly Module[]): Violation[] {
  const violations: Violation[] = [];
  const seen = new Set<string>();
  for (const [index, { name }] of modules.entries()) {
    if (!NAME.test(name))
      violations.push({
        field: `${field}[${index}].name`,
        description: `"${name}" must be 1 to 128 characters from A-Z a-z 0-9 . _ / -, starting with a letter or digit`,
      });
    if (seen.has(name))
      violations.push({ field: `${field}[${index}].name`, description: `"${name}" is given twice` });
    seen.add(name);
  }
  return violations;
}

/** The modules of one sandbox: what was loaded under each name, and which version of it runs. */
export class ModuleTable {
  readonly #histories = new Map<string, History>();
  #entry = '';

  static restore(entry: string, histories: readonly ModuleHistoryInfo[]): ModuleTable {
    const table = new ModuleTable();
    for (const { module, activeVersion, totalVersions, versions } of histories) {
      const kept = versions.map(({ version, code, sha256, loadedAtMs }) => ({
        version,
        code,
        sha256,
        sizeBytes: sizeOf(code),
        loadedAtMs,
      }));
      kept.sort((left, right) => left.version - right.version);
      table.#histories.set(module, {
        kept,
        active: activeVersion,
        // A number given again would name two codes.
        total: Math.max(totalVersions, kept.at(-1)?.version ?? 0),
      });
    }
    table.#entry = entry;
    return table;
  }

  copy(): ModuleTable {
    const copy = new ModuleTable();
    for (const [name, history] of this.#histories)
      copy.#histories.set(name, { ...history, kept: [...history.kept] });
    copy.#entry = this.#entry;
    return copy;
  }

  /** '' while there is no code. */
  get entry(): string {
    return this.#entry;
  }

  /** The genome in force. */
  get current(): Draft {
    const modules = new Map<string, Kept>();
    for (const [name, { kept, active }] of this.#histories) {
      const version = kept.find((each) => each.version === active);
      if (version !== undefined) modules.set(name, version);
    }
    return { entry: this.#entry, modules, changed: false };
  }

  /**
   * The genome with some modules replaced, added or removed. `entry` '' keeps the present one.
   *
   * @throws PetriError invalid_argument
   */
  draft(given: readonly Module[], removed: readonly string[], entry: string, nowMs: number): Draft {
    const violations = moduleViolations('modules', given);
    const { modules: present } = this.current;
    const modules = new Map(present);
    for (const [index, name] of removed.entries())
      if (!modules.delete(name))
        violations.push({ field: `remove[${index}]`, description: `the genome has no module "${name}"` });
    let changed = removed.length > 0;
    for (const { name, code } of given) {
      const sha256 = hashOf(code);
      if (modules.get(name)?.sha256 === sha256) continue;
      changed = true;
      const version = (this.#histories.get(name)?.total ?? 0) + 1;
      modules.set(name, { version, code, sha256, sizeBytes: sizeOf(code), loadedAtMs: nowMs });
    }
    const chosen = entry || this.#entry || defaultEntry(modules);
    if (!modules.has(chosen)) violations.push({ field: 'entry', description: entryFault(chosen, modules) });
    if (violations.length > 0) throw invalid(violations);
    return { entry: chosen, modules, changed: changed || chosen !== this.#entry };
  }

  /**
   * The genome with another kept version of one module. `version` 0 is the newest kept before the active one.
   *
   * @throws PetriError not_found
   */
  rollback(module: string, version: number): Draft {
    const { kept, active } = this.#history(module);
    const target =
      version === 0
        ? kept.findLast((each) => each.version < active)
        : kept.find((each) => each.version === version);
    if (target === undefined && version === 0)
      throw failedPrecondition('NO_EARLIER_VERSION', `no version of "${module}" before ${active} is kept`);
    if (target === undefined) throw this.#noVersion(module, version);
    const { modules } = this.current;
    return {
      entry: this.#entry,
      modules: new Map(modules).set(module, target),
      changed: target.version !== active,
    };
  }

  /** Puts a draft in force. Of each module the newest `keep` versions stay, and always the active one. */
  commit(draft: Draft, keep: number): void {
    for (const [name, version] of draft.modules) {
      const history = this.#histories.get(name) ?? { kept: [], active: 0, total: 0 };
      if (!history.kept.some((each) => each.version === version.version)) {
        history.kept.push(version);
        history.total = version.version;
      }
      history.active = version.version;
      const surplus = history.kept.length - keep;
      if (surplus > 0)
        history.kept = history.kept.filter(
          (each, index) => index >= surplus || each.version === history.active,
        );
      this.#histories.set(name, history);
    }
    for (const [name, history] of this.#histories) if (!draft.modules.has(name)) history.active = 0;
    this.#entry = draft.entry;
  }

  /** Active versions, by name. */
  activeVersions(): ModuleVersionInfo[] {
    return [...this.current.modules].map(([module, kept]) => ({
      module,
      ...kept,
      language: kept.code.language,
      active: true,
    }));
  }

  /** @throws PetriError not_found. `version` 0 is the active one. */
  version(module: string, version: number): ModuleVersionInfo {
    const history = this.history(module);
    const wanted = version || history.activeVersion;
    const found = history.versions.find((each) => each.version === wanted);
    if (found === undefined) throw this.#noVersion(module || this.#entry, wanted);
    return found;
  }

  /** @throws PetriError not_found. `module` '' is the entry module. */
  history(module: string): ModuleHistoryInfo {
    const name = module || this.#entry;
    const { kept, active, total } = this.#history(name);
    const versions = kept.map((each) => ({
      module: name,
      ...each,
      language: each.code.language,
      active: each.version === active,
    }));
    return { module: name, activeVersion: active, totalVersions: total, versions: versions.reverse() };
  }

  get histories(): ModuleHistoryInfo[] {
    return [...this.#histories.keys()].map((name) => this.history(name));
  }

  #history(module: string): History {
    const history = this.#histories.get(module);
    if (history === undefined) throw notFound('module', module);
    return history;
  }

  #noVersion(module: string, version: number): Error {
    const kept = this.#history(module).kept.map((each) => each.version);
    return notFound('module version', `${module}@${version}`, {
      reason: 'MODULE_VERSION_NOT_FOUND',
      metadata: { kept: kept.join(',') },
    });
  }
}

function defaultEntry(modules: ReadonlyMap<string, Kept>): string {
  const [only] = modules.keys();
  return modules.has('main') || modules.size !== 1 || only === undefined ? 'main' : only;
}

function entryFault(entry: string, modules: ReadonlyMap<string, Kept>): string {
  return `the genome has no module "${entry}"; it has ${[...modules.keys()].join(', ') || 'none'}`;
}

/** Versions by module name, as `migrate` gets them. */
export function versionsOf({ modules }: Draft): Record<string, number> {
  return Object.fromEntries([...modules].map(([name, { version }]) => [name, version]));
}
