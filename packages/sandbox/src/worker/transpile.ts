import { createRequire } from 'node:module';

type Transformer = typeof import('oxc-transform');

// Loaded by the first module that needs it: most workers never see TypeScript, and it takes 40 ms.
let transformer: Transformer | undefined;

/** A module's source as JavaScript, types stripped (enums and namespaces included), or what is wrong with it. */
export function stripTypes(name: string, source: string): { code: string } | { error: string } {
  transformer ??= createRequire(import.meta.url)('oxc-transform') as Transformer;
  const { code, errors } = transformer.transformSync(`${name}.ts`, source, {
    lang: 'ts',
    sourceType: 'module',
  });
  const [first] = errors;
  if (first === undefined) return { code };
  return { error: first.codeframe ?? first.message };
}
