/** Whether what the manifests for Kubernetes start works together, where there is an engine and no Kubernetes. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { WITHOUT_OPENSSL } from '../support/certificates.ts';
import { withoutEngine } from './docker.ts';
import { Islands } from './islands.ts';
import { Pods } from './pods.ts';

const reason = (await withoutEngine()) ?? (WITHOUT_OPENSSL || undefined);
if (reason !== undefined) console.log(`The tests of pods are skipped: ${reason}.`);

const NODES = 3;

suite('the pods of the manifests for Kubernetes', { skip: reason ?? false, concurrency: false }, () => {
  let pods: Pods;
  let islands: Islands;

  before(async () => {
    pods = await Pods.start();
    islands = new Islands({
      nameOf: async (index) => `node-${index - 1}`,
      connect: (index) => pods.connect('node', index - 1),
    });
    await islands.populate(NODES);
  });
  after(async () => {
    await islands?.[Symbol.asyncDispose]();
    await pods?.[Symbol.asyncDispose]();
  });

  test('pass their probes, and know each other by names that their certificate is for', async () => {
    const nodes = await islands.at(1).petri.archipelago.nodes();
    assert.deepEqual(
      nodes.map(({ address }) => address),
      [0, 1, 2].map((index) => `node-${index}.node.petri.svc:50051`),
    );
    for (const { address } of nodes) {
      await pods.exec('node', 0, 'node', 'scripts/probe.mjs', address, '--ca', '/secrets/ca.pem');
    }
    await pods.exec(
      'node',
      0,
      'node',
      'scripts/probe.mjs',
      'coordinator-1.coordinator.petri.svc:50050',
      '--ca',
      '/secrets/ca.pem',
    );
  });

  test('let individuals migrate, and coordinators be told how', async () => {
    await islands.migrates(1, 2);
    await islands.migrates(2, 3);
    await using coordinator = await pods.connect('coordinator', 0);
    await coordinator.archipelago.setTopology({ kind: 'FULL' });
    assert.equal((await islands.at(1).petri.archipelago.topology()).kind, 'FULL');
  });

  test('hold one identity each, and write where they should alone', async () => {
    assert.equal(await pods.exec('node', 1, 'ls', '/identity'), 'nats.creds');
    await assert.rejects(pods.exec('node', 1, 'touch', '/petri-was-here'), /Read-only/);
  });

  test('go on as who they were after Kubernetes has started them again', async () => {
    const { name, petri, evolution } = islands.at(3);
    await petri.sandboxes.create({ id: 'kept', genome: 'export const f = () => 7;' });
    await evolution.stop();
    await pods.kill('node', 2);
    await islands.evolves(1, 2);
    await pods.start('node', 2);
    await islands.resume(3);
    assert.equal(await islands.at(3).petri.sandboxes.call('kept', 'f'), 7);
    await islands.sees(islands.at(1).name, { [name]: 'ALIVE' });
    const [self] = (await islands.at(1).petri.archipelago.nodes()).filter(({ id }) => id === name);
    assert.equal(self?.incarnation, 2);
    await islands.migrates(1, 3);
  });

  test('lead one after the other', async () => {
    const { archipelago } = islands.at(1).petri;
    const index = (await archipelago.leader()) === 'coordinator-0' ? 0 : 1;
    await pods.kill('coordinator', index);
    const leads = async () => (await archipelago.leader()) === `coordinator-${1 - index}`;
    await islands.eventually('the standby leads', leads);
    await pods.start('coordinator', index);
    await islands.evolves(1, 2, 3);
  });
});
