import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { type Manifest, manifestViolations, sourceViolations, workspaceOf } from './support/architecture.ts';

const manifestOf = (workspace: string): Manifest =>
  JSON.parse(readFileSync(`${workspace}/package.json`, 'utf8')) as Manifest;
const workspaces = globSync('{packages,services}/*').filter((path) => existsSync(`${path}/package.json`));
const sources = globSync('{packages,services}/*/src/**/*.ts').filter((path) => !path.includes('/src/gen/'));

suite('architecture', () => {
  test('the rules are applied to the whole tree', () => {
    assert.ok(workspaces.length >= 5, `only ${workspaces.length} packages were found`);
    assert.ok(sources.length >= workspaces.length, `only ${sources.length} source files were found`);
  });

  test('packages depend only in the allowed direction', () => {
    assert.deepEqual(
      workspaces.flatMap((workspace) => manifestViolations(workspace, manifestOf(workspace))),
      [],
    );
  });

  test('sources import, export and read the environment only as allowed', () => {
    assert.deepEqual(
      sources.flatMap((path) =>
        sourceViolations(path, readFileSync(path, 'utf8'), manifestOf(workspaceOf(path) ?? '.')),
      ),
      [],
    );
  });
});

suite('the architecture test can fail', () => {
  const manifest = { dependencies: { '@petri/core': '0.1.0', '@petri/client': '0.1.0' } };
  const complaints = (path: string, source: string) => sourceViolations(path, source, manifest);
  const bad: [title: string, path: string, source: string, complaint: RegExp][] = [
    [
      'a sibling',
      'packages/sandbox/src/a.ts',
      `import { x } from '@petri/client';`,
      /may not import @petri\/client/,
    ],
    ['an upward import', 'packages/core/src/a.ts', `export { x } from '@petri/core';`, /may not import/],
    ['a dynamic import', 'packages/sandbox/src/a.ts', `await import('@petri/client');`, /may not import/],
    ['a deep import', 'packages/client/src/a.ts', `import '@petri/core/src/ids.ts';`, /deep import/],
    ['a relative way out', 'packages/client/src/a.ts', `import '../../core/src/ids.ts';`, /another package/],
    ['an undeclared package', 'packages/client/src/a.ts', `import 'left-pad';`, /not in the dependencies/],
    [
      'an undeclared sibling',
      'packages/client/src/a.ts',
      `import '@petri/contracts';`,
      /not in the dependencies/,
    ],
    ['the environment', 'packages/client/src/a.ts', `process.env.HOME;`, /only config\.ts/],
    ['a destructured environment', 'packages/client/src/a.ts', `const { env } = process;`, /only config\.ts/],
    [
      'an imported environment',
      'packages/client/src/a.ts',
      `import { env } from 'node:process';`,
      /only config\.ts/,
    ],
    ['export *', 'packages/client/src/index.ts', `export * from './a.ts';`, /export \*/],
  ];
  for (const [title, path, source, complaint] of bad) {
    test(`it reports ${title}`, () => {
      const found = complaints(path, source);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', complaint);
    });
  }

  test('it reports a dependency in the wrong direction', () => {
    assert.equal(manifestViolations('packages/core', manifest).length, 2);
  });

  test('it reports a package that nobody gave a place', () => {
    assert.match(manifestViolations('packages/surprise', {})[0] ?? '', /not in the table/);
  });

  test('it accepts what is allowed', () => {
    assert.deepEqual(complaints('packages/client/src/a.ts', `import { id } from '@petri/core';`), []);
    assert.deepEqual(complaints('services/node/src/config.ts', `process.env.PORT;`), []);
    assert.deepEqual(complaints('packages/client/src/a.test.ts', `import '../../../test/support/x.ts';`), []);
  });
});
