import { createHash } from 'node:crypto';

/** `javascript` and `typescript` carry source text; `wasm` a WebAssembly binary. */
export type ModuleCode =
  { language: 'javascript' | 'typescript'; source: string } | { language: 'wasm'; binary: Uint8Array };

export type Module = { name: string; code: ModuleCode };

/** The modules of one individual; `entry` names the one whose exports are its interface. */
export type Genome = { modules: Module[]; entry: string };

export function codeBytes(code: ModuleCode): Uint8Array {
  return code.language === 'wasm' ? code.binary : Buffer.from(code.source, 'utf8');
}

export function sizeOf(code: ModuleCode): number {
  return code.language === 'wasm' ? code.binary.byteLength : Buffer.byteLength(code.source, 'utf8');
}

/** SHA-256 of the code as given; the language is part of it, as the same text means different code. */
export function hashOf(code: ModuleCode): string {
  const hash = createHash('sha256');
  if (code.language !== 'javascript') hash.update(`${code.language}\0`);
  return hash.update(codeBytes(code)).digest('hex');
}
