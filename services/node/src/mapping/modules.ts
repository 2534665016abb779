import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type Genome as GenomeMessage,
  type Module as ModuleMessage,
  ModuleLanguage,
  type ModuleSchema,
  type ModuleVersionSchema,
} from '@petri/contracts/v1';
import type { Genome, Module, ModuleCode, ModuleVersionInfo } from '@petri/sandbox';
import type { Problems } from './problems.ts';
import { uint32 } from './numbers.ts';
import { timestamp } from './time.ts';

export const DEFAULT_MODULE = 'main';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/;

const LANGUAGES: Readonly<Record<ModuleCode['language'], ModuleLanguage>> = {
  javascript: ModuleLanguage.JAVASCRIPT,
  typescript: ModuleLanguage.TYPESCRIPT,
  wasm: ModuleLanguage.WASM,
};

/** A module's name, or `fallback` if it is ''. */
export function readModuleName(problems: Problems, field: string, name: string, fallback: string): string {
  if (name === '') return fallback;
  if (!NAME.test(name))
    problems.add(
      field,
      'must have 1 to 128 characters from A-Z a-z 0-9 . _ / -, and start with a letter or digit',
    );
  return name;
}

/** The binary is copied: as received it is a view that would keep the whole request in memory. */
export function readCode(problems: Problems, { code }: ModuleMessage): ModuleCode {
  switch (code.case) {
    case 'javascript':
    case 'typescript':
      return { language: code.case, source: code.value };
    case 'wasm':
      return { language: 'wasm', binary: code.value.slice() };
    default:
      problems.add('code', 'one of javascript, typescript and wasm is required');
      return { language: 'javascript', source: '' };
  }
}

/** Modules under `modules`, whose names must differ. */
export function readModules(problems: Problems, messages: readonly ModuleMessage[]): Module[] {
  const seen = new Set<string>();
  return problems.each('modules', messages, (message) => {
    const name = readModuleName(problems, 'name', message.name, DEFAULT_MODULE);
    if (seen.has(name)) problems.add('name', `"${name}" is given more than once`);
    seen.add(name);
    return { name, code: readCode(problems, message) };
  });
}

export function readGenome(problems: Problems, message: GenomeMessage): Genome {
  const modules = readModules(problems, message.modules);
  if (modules.length === 0) problems.add('modules', 'at least one is required');
  return { modules, entry: readEntry(problems, message.entry, modules) };
}

function readEntry(problems: Problems, given: string, modules: readonly Module[]): string {
  const names = modules.map(({ name }) => name);
  const entry = given || (names.includes(DEFAULT_MODULE) ? DEFAULT_MODULE : names[0]) || DEFAULT_MODULE;
  if (given !== '' && !names.includes(given)) problems.add('entry', `"${given}" is not one of the modules`);
  else if (given === '' && names.length > 1 && entry !== DEFAULT_MODULE)
    problems.add(
      'entry',
      `is required when there are several modules and none is called "${DEFAULT_MODULE}"`,
    );
  return entry;
}

export function moduleMessage(name: string, code: ModuleCode): MessageInitShape<typeof ModuleSchema> {
  if (code.language === 'wasm') return { name, code: { case: 'wasm', value: code.binary } };
  return { name, code: { case: code.language, value: code.source } };
}

export function moduleVersionMessage(
  info: ModuleVersionInfo,
  withCode: boolean,
): MessageInitShape<typeof ModuleVersionSchema> {
  return {
    module: info.module,
    version: info.version,
    language: LANGUAGES[info.language],
    sha256: info.sha256,
    sizeBytes: uint32(info.sizeBytes),
    loadedAt: timestamp(info.loadedAtMs),
    active: info.active,
    ...(withCode ? { code: moduleMessage(info.module, info.code) } : {}),
  };
}
