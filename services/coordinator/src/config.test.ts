import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { EnvReader } from '@petri/core';
import { loadConfig, VARIABLES } from './config.ts';

suite('loadConfig', () => {
  test('the help names every variable that is read, and no other', () => {
    const read = new Set<string>();
    const given: Record<string, string> = { PETRI_NATS_SERVERS: 'nats://localhost:4222' };
    const source = new Proxy(given, {
      get: (variables, name) => {
        read.add(String(name));
        return variables[String(name)];
      },
    });
    const { port, leaseMs, beatMs } = loadConfig(new EnvReader(source));
    assert.deepEqual(VARIABLES.map(([name]) => name).sort(), [...read].sort());
    assert.deepEqual([port, leaseMs, beatMs], [50050, 5_000, 1_000]);
  });
});
