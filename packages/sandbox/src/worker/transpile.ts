import { transformSync } from 'oxc-transform';

/** A module's source as JavaScript, types stripped (enums and namespaces included), or what is wrong with it. */
export function stripTypes(name: string, source: string): { code: string } | { error: string } {
  const { code, errors } = transformSync(`${name}.ts`, source, { lang: 'ts', sourceType: 'module' });
  const [first] = errors;
  if (first === undefined) return { code };
  return { error: first.codeframe ?? first.message };
}
