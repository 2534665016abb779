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

  test('the help names every variable that is read, and no other', () => {
    const read = new Set<string>();
    const source = new Proxy({}, { get: (_, name) => void read.add(String(name)) });
    loadConfig(new EnvReader(source));
    assert.deepEqual(VARIABLES.map(([name]) => name).sort(), [...read].sort());
  });
});
