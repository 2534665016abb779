import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { DEFAULT_LIMITS } from './limits.ts';
import { planOf, SandboxRecord } from './record.ts';
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

suite('restart intensity', () => {
  const newRecord = () =>
    new SandboxRecord(
      {
        id: 'a',
        tenant: '',
        isolation: 'ISOLATE',
        securityProfile: 'MEDIUM',
        population: '',
        labels: {},
        createdAtMs: 0,
      },
      new ModuleTable(),
      DEFAULT_LIMITS,
      '{}',
    );
  const lose = (record: SandboxRecord, times: number) => {
    for (let n = 0; n < times; n++) record.workerLost('killed', n);
  };

  test('is counted through reloads that fail, and forgiven only by whoever starts it anew', () => {
    const record = newRecord();
    record.become('RUNNING', 0);
    lose(record, 3);
    for (const status of ['RELOADING', 'RUNNING'] as const) record.become(status, 3);
    assert.equal(record.status, 'RUNNING');
    lose(record, 1);
    assert.deepEqual([record.status, record.error?.reason], ['ERROR', 'RESTART_INTENSITY']);
    record.forgive();
    record.become('RUNNING', 4);
    lose(record, 3);
    assert.equal(record.status, 'RUNNING');
  });
});
