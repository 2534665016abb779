import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_LIMITS } from './limits.ts';
import { planOf } from './record.ts';
import { ModuleTable } from './versions.ts';

test('members of a population share isolates, and never with those of another tenant', () => {
  const draft = new ModuleTable().draft(
    [{ name: 'main', code: { language: 'javascript', source: '' } }],
    [],
    '',
    0,
  );
  const groupOf = (tenant: string, population: string) =>
    planOf(draft, { tenant, population, isolation: 'REALM', securityProfile: 'MEDIUM' }, DEFAULT_LIMITS)
      .group;
  assert.equal(groupOf('ann', 'p'), groupOf('ann', 'p'));
  const others = [groupOf('ann', 'p'), groupOf('bob', 'p'), groupOf('ann', 'q'), groupOf('', 'p')];
  assert.equal(new Set(others).size, others.length);
});
