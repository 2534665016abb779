/** The rules of the tree, applied to one source file or one package.json at a time. */
import { parseSync } from 'oxc-parser';

/** Who may import whom, by directory. A package that is not listed here breaks the architecture test. */
export const ALLOWED: Record<string, readonly string[]> = {
  'packages/core': [],
  'packages/contracts': ['core'],
  'packages/storage': ['core'],
  'packages/telemetry': ['core'],
  'packages/sandbox': ['core'],
  'packages/population': ['core', 'contracts', 'storage'],
  'packages/islands': ['core', 'contracts'],
  'packages/client': ['core', 'contracts'],
  'packages/serving': ['core', 'contracts', 'telemetry'],
  'packages/lab': ['client'],
  'services/node': [
    'core',
    'contracts',
    'storage',
    'telemetry',
    'serving',
    'sandbox',
    'population',
    'islands',
    'client',
  ],
  'services/authority': ['core', 'islands'],
  'services/coordinator': ['core', 'contracts', 'telemetry', 'serving', 'islands', 'client'],
  'services/cluster': ['lab'],
  'services/lab': ['core', 'contracts', 'telemetry', 'client', 'lab'],
  'services/monitor': ['core', 'contracts', 'telemetry', 'serving', 'islands', 'client'],
  'services/dashboard': ['core', 'contracts', 'telemetry', 'serving', 'client'],
};

/** The only imports below a package's name. */
const SUBPATHS = ['@petri/contracts/v1'];

type Node = { type: string; [key: string]: unknown };

export type Manifest = { dependencies?: Record<string, string> };

/** The directory of the workspace a path belongs to, or undefined for the root's own files. */
export function workspaceOf(path: string): string | undefined {
  return /^(?:packages|services)\/[^/]+/.exec(path)?.[0];
}

export function manifestViolations(workspace: string, manifest: Manifest): string[] {
  const allowed = ALLOWED[workspace];
  if (!allowed) return [`${workspace}: not in the table of the architecture test`];
  return Object.keys(manifest.dependencies ?? {})
    .filter((name) => name.startsWith('@petri/') && !allowed.includes(name.slice('@petri/'.length)))
    .map((name) => `${workspace}/package.json: may not depend on ${name}`);
}

export function sourceViolations(path: string, source: string, manifest: Manifest): string[] {
  const { program, errors } = parseSync(path, source);
  const found = errors.map((error) => error.message);
  const isTest = path.endsWith('.test.ts') || path.startsWith('test/');
  const mayReadEnvironment =
    isTest || /^(?:bench|scripts)\/|\/config\.ts$|^packages\/core\/src\/env[^/]*\.ts$/.test(path);
  for (const node of walk(program as unknown as Node)) {
    const specifier = importedFrom(node);
    if (specifier !== undefined) found.push(...importViolations(path, specifier, manifest, isTest));
    if (node.type === 'ExportAllDeclaration' && !node['exported'] && path.endsWith('/index.ts')) {
      found.push('an index.ts names what it exports: no "export *"');
    }
    if (!mayReadEnvironment && readsEnvironment(node)) found.push('only config.ts reads process.env');
  }
  return [...new Set(found)].map((message) => `${path}: ${message}`);
}

function importViolations(path: string, specifier: string, manifest: Manifest, isTest: boolean): string[] {
  const workspace = workspaceOf(path);
  if (specifier.startsWith('.')) {
    const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
    const leaves = workspaceOf(target) !== workspace && !(isTest && target.startsWith('test/'));
    return leaves ? [`"${specifier}" reaches into another package: import it by name`] : [];
  }
  if (specifier.startsWith('node:') || specifier.startsWith('petri:')) return [];
  const [scope, name, ...deep] = specifier.split('/');
  if (scope === '@petri') {
    if (deep.length > 0 && !SUBPATHS.includes(specifier)) return [`"${specifier}" is a deep import`];
    const allowed = workspace === undefined ? undefined : (ALLOWED[workspace] ?? []);
    if (allowed && !allowed.includes(name ?? '')) return [`${workspace} may not import ${specifier}`];
  }
  const owner = scope?.startsWith('@') ? `${scope}/${name}` : (scope ?? '');
  const declared = isTest || workspace === undefined || owner in (manifest.dependencies ?? {});
  return declared ? [] : [`"${owner}" is not in the dependencies of ${workspace}`];
}

function importedFrom(node: Node): string | undefined {
  const imports = ['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression'];
  if (!imports.includes(node.type)) return undefined;
  const value = (node['source'] as { value?: unknown } | null)?.value;
  return typeof value === 'string' ? value : undefined;
}

function readsEnvironment(node: Node): boolean {
  const named = (value: unknown, name: string) => {
    const part = value as { name?: unknown; value?: unknown } | null;
    return part?.name === name || part?.value === name;
  };
  switch (node.type) {
    case 'MemberExpression':
      return named(node['object'], 'process') && named(node['property'], 'env');
    case 'VariableDeclarator': {
      const properties = (node['id'] as { properties?: { key?: unknown }[] }).properties ?? [];
      return named(node['init'], 'process') && properties.some(({ key }) => named(key, 'env'));
    }
    case 'ImportDeclaration': {
      const specifiers = node['specifiers'] as { imported?: unknown }[];
      return (
        /^(?:node:)?process$/.test(importedFrom(node) ?? '') &&
        specifiers.some((s) => named(s.imported, 'env'))
      );
    }
    default:
      return false;
  }
}

function* walk(node: Node): Generator<Node> {
  yield node;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child === 'object' && child !== null && typeof child.type === 'string') yield* walk(child);
    }
  }
}
