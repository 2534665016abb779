import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { EnvReader, type PetriError } from '@petri/core';
import { loadConfig, VARIABLES } from './config.ts';

suite('loadConfig', () => {
  test('an empty environment gives the defaults', () => {
    const { host, port, spares, readyJson } = loadConfig(new EnvReader({}));
    assert.deepEqual(
      { host, port, spares, readyJson },
      { host: '127.0.0.1', port: 50051, spares: 1, readyJson: false },
    );
  });

  test('every wrong variable is named at once', () => {
    const env = new EnvReader({ PETRI_PORT: '65536', PETRI_WORKERS: '0', PETRI_READY_JSON: 'perhaps' });
    assert.throws(
      () => loadConfig(env),
      (error: PetriError) => {
        assert.deepEqual(
          error.violations.map(({ field }) => field),
          ['PETRI_PORT', 'PETRI_READY_JSON', 'PETRI_WORKERS'],
        );
        return true;
      },
    );
  });

  test('metrics name few populations, and only what may be one', () => {
    const named = (list: string) =>
      loadConfig(new EnvReader({ PETRI_METRICS_POPULATIONS: list })).namedPopulations;
    assert.deepEqual(named(''), []);
    assert.deepEqual(named('a, b.east,a'), ['a', 'b.east']);
    const many = (count: number) => Array.from({ length: count }, (_, n) => `p${n}`).join();
    assert.equal(named(many(20))?.length, 20);
    for (const wrong of [many(21), 'a,/'])
      assert.throws(
        () => named(wrong),
        ({ violations }: PetriError) => violations.some(({ field }) => field === 'PETRI_METRICS_POPULATIONS'),
      );
  });

  test('the help names every variable that is read, and no other', () => {
    const read = new Set<string>();
    const source = new Proxy({}, { get: (_, name) => void read.add(String(name)) });
    loadConfig(new EnvReader(source));
    assert.deepEqual(VARIABLES.map(([name]) => name).sort(), [...read].sort());
  });
});
