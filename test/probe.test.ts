/** What containers ask a service with. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { suite, test } from 'node:test';
import { promisify } from 'node:util';
import { Certificates, WITHOUT_OPENSSL } from './support/certificates.ts';
import { startNodeProcess } from './support/node-process.ts';

const run = promisify(execFile);
const PROBE = new URL('../scripts/probe.mjs', import.meta.url).pathname;
const probe = (...args: string[]) => run(process.execPath, [PROBE, ...args]);
const fails = (asked: Promise<unknown>, why: RegExp) =>
  assert.rejects(asked, (thrown: { code: number; stderr: string }) => {
    assert.equal(thrown.code, 1);
    assert.match(thrown.stderr, why);
    return true;
  });

suite('the probe', () => {
  test('succeeds for a node that serves, and fails with the reason where nobody does', async () => {
    await using node = await startNodeProcess({ PETRI_WORKERS: '1', PETRI_SPARES: '0' });
    await probe(node.address);
    await node.stop();
    await fails(probe(node.address), new RegExp(`${node.address}: .*ECONNREFUSED`));
  });

  test('takes nobody else for a node with TLS', { skip: WITHOUT_OPENSSL }, async () => {
    using certificates = new Certificates();
    const [ca, other] = [certificates.ca(), certificates.ca()];
    const { cert, key } = certificates.server(ca);
    const tls = { PETRI_TLS_CERT: cert, PETRI_TLS_KEY: key };
    await using node = await startNodeProcess({ PETRI_WORKERS: '1', PETRI_SPARES: '0', ...tls });
    await probe(node.address, '--ca', ca.cert);
    await fails(probe(node.address, '--ca', other.cert), /certificate/);
    await fails(probe(node.address), /./);
  });
});
