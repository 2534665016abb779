/** A NATS that has too much to do to answer in time. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { startCoordinatorProcess, startNodeProcess } from '../support/node-process.ts';
import { SecureNats, WITHOUT_SECURE_NATS } from '../support/secure-nats.ts';
import { until } from '../support/until.ts';

/** Longer than a request is waited for, shorter than a connection is kept that is silent. */
const SLOW_MS = 8_000;

suite('a NATS that is slow', { skip: WITHOUT_SECURE_NATS }, () => {
  test('is waited for by a node that starts, which complains once', async () => {
    await using nats = await SecureNats.start('node:a', 'coordinator:c');
    const env = (name: string) => ({
      PETRI_NATS_SERVERS: nats.url,
      PETRI_NATS_CA_FILE: nats.ca,
      PETRI_NATS_CREDENTIALS_FILE: nats.credentialsFile(name),
    });
    const workers = { PETRI_WORKERS: '1', PETRI_SPARES: '0' };
    const starting = startNodeProcess({ ...env('a'), ...workers, PETRI_NODE: 'a', PETRI_LEASE_MS: '0' });
    // It may not make streams, and looks whether they are there by now.
    await until('the node waits for a coordinator', () => /Violation.*STREAM.CREATE/.test(nats.said()));
    nats.signal('SIGSTOP');
    await pause(SLOW_MS);
    nats.signal('SIGCONT');
    await using coordinator = await startCoordinatorProcess({ ...env('c'), PETRI_COORDINATOR: 'c' });
    await using node = await starting;
    assert.equal(
      node.complaints().match(/starting takes long: NATS: timeout; it is tried again/g)?.length,
      1,
    );
    assert.equal(await node.stop(), 0);
    assert.equal(await coordinator.stop(), 0);
  });
});
