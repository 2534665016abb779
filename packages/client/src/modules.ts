import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  GenomeSchema,
  Module as WireModule,
  ModuleHistory as WireModuleHistory,
  ModuleSchema,
  ModuleVersion as WireModuleVersion,
} from '@petri/contracts/v1';
import { languageName, type ModuleLanguage } from './enums.ts';
import { dateOf } from './time.ts';

/** Source text of an ES module, or a WebAssembly binary. */
export type Code = { javascript: string } | { typescript: string } | { wasm: Uint8Array };

/** A module; others import it by its name. Default name: "main". */
export type Module = Code & { name?: string };

/**
 * The modules of one individual: the JavaScript source of its only module, one module, or several. `entry` names the
 * module whose exports are the interface; by default "main", or the only one.
 */
export type Genome = string | Module | { modules: readonly Module[]; entry?: string };

export type ModuleVersion = {
  module: string;
  /** From 1; never used twice for one module name in one sandbox. */
  version: number;
  language: ModuleLanguage;
  /** Of the code as given, in lower-case hexadecimal. */
  sha256: string;
  sizeBytes: number;
  loadedAt: Date;
  /** Whether it is the version that runs now. */
  active: boolean;
};

export type ModuleHistory = {
  module: string;
  /** 0 while the module is not part of the genome. */
  activeVersion: number;
  /** Versions ever loaded, those no longer kept included. */
  totalVersions: number;
  /** Those kept, newest first. */
  versions: ModuleVersion[];
};

export function moduleInit(module: Module): MessageInitShape<typeof ModuleSchema> {
  const { name = '' } = module;
  if ('javascript' in module) return { name, code: { case: 'javascript', value: module.javascript } };
  if ('typescript' in module) return { name, code: { case: 'typescript', value: module.typescript } };
  return { name, code: { case: 'wasm', value: module.wasm } };
}

export function genomeInit(genome: Genome): MessageInitShape<typeof GenomeSchema> {
  if (typeof genome === 'string') return { modules: [moduleInit({ javascript: genome })] };
  if (!('modules' in genome)) return { modules: [moduleInit(genome)] };
  return { modules: genome.modules.map(moduleInit), entry: genome.entry ?? '' };
}

export function moduleVersion(message: WireModuleVersion): ModuleVersion {
  const { module, version, language, sha256, sizeBytes, loadedAt, active } = message;
  return {
    module,
    version,
    language: languageName(language),
    sha256,
    sizeBytes,
    loadedAt: dateOf(loadedAt),
    active,
  };
}

export function moduleHistory(message: WireModuleHistory): ModuleHistory {
  const { module, activeVersion, totalVersions, versions } = message;
  return { module, activeVersion, totalVersions, versions: versions.map(moduleVersion) };
}

export function codeOf({ code }: WireModule): Code {
  switch (code.case) {
    case 'typescript':
      return { typescript: code.value };
    case 'wasm':
      return { wasm: code.value };
    default:
      return { javascript: code.value ?? '' };
  }
}
