import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CodePool } from './code-pool.ts';
import { ModuleTable } from './versions.ts';

test('identical code is there once, different code as it is', () => {
  const pool = new CodePool();
  const codeOf = (source: string, language: 'javascript' | 'typescript') => {
    const modules = [{ name: 'main', code: { language, source } }];
    const { modules: shared } = pool.share(new ModuleTable().draft(modules, [], 'main', 0));
    return shared.get('main')?.code;
  };
  const first = codeOf('export const f = 1;', 'javascript');
  assert.equal(codeOf('export const f = 1;', 'javascript'), first);
  assert.deepEqual(codeOf('export const f = 2;', 'javascript'), {
    language: 'javascript',
    source: 'export const f = 2;',
  });
  assert.notEqual(codeOf('export const f = 1;', 'typescript'), first);
});
