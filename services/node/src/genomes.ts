import { createHash } from 'node:crypto';
import type { ModuleVersionInfo, SandboxRuntime } from '@petri/sandbox';

/**
 * The hash of the genome that a sandbox has now: that of its code if it is one module, else of the entry's name and of
 * all names and hashes. Undefined if there is no such sandbox, or no code in it.
 */
export function genomesOf(runtime: Pick<SandboxRuntime, 'find'>): (id: string) => string | undefined {
  return (id) => {
    const info = runtime.find(id);
    if (info === undefined || info.modules.length === 0) return undefined;
    const { modules, entry } = info;
    if (modules.length === 1) return modules[0]!.sha256;
    const hash = createHash('sha256').update(`${entry}\n`);
    for (const { module, sha256 } of modules.toSorted(byName)) hash.update(`${module} ${sha256}\n`);
    return hash.digest('hex');
  };
}

function byName(a: ModuleVersionInfo, b: ModuleVersionInfo): number {
  return a.module < b.module ? -1 : 1;
}
