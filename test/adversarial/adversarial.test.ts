/** The worst guests that we know, one after another and several at once, while innocents count beside them. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { connect, type Petri } from '@petri/client';
import { type NodeProcess, startNodeProcess } from '../support/node-process.ts';
import { until } from '../support/until.ts';
import { Attacks } from './attack.ts';
import { type Census, census, childrenOf, rssOf } from '../support/census.ts';
import { type Guest, guests } from './guest.ts';
import { Innocents } from './innocents.ts';

const INNOCENTS = 200;
const AT_ONCE = 4;
const MiB = 1024 * 1024;
// Streams of the probes and the like.
const DESCRIPTORS_SLACK = 12;
const RSS_SLACK_BYTES = 512 * MiB;
// Three workers, which hold what their isolates needed at most.
const WORKERS_SLACK_BYTES = 1024 * MiB;

const WORKERS = 2;
const SPARES = 1;
const AT_REST_MS = 60_000;

let node: NodeProcess;
let petri: Petri;
let attacks: Attacks;
let innocents: Innocents;
let atFirst: Census;
let workersAtFirst = 0;
let highestRss = 0;
let sampler: NodeJS.Timeout | undefined;

before(async () => {
  node = await startNodeProcess({ PETRI_WORKERS: String(WORKERS), PETRI_SPARES: String(SPARES) });
  petri = await connect(node.address);
  attacks = new Attacks(petri.sandboxes);
  innocents = new Innocents(petri.sandboxes);
  await innocents.start(INNOCENTS);
  const { pid = 0 } = node.child;
  await atRest(pid);
  atFirst = census(pid);
  workersAtFirst = workersRss(pid);
  sampler = setInterval(() => (highestRss = Math.max(highestRss, rssOf(pid))), 100);
});

after(async () => {
  clearInterval(sampler);
  // They go on if only some of the tests are run.
  await innocents.stop();
  await petri.close();
  await node.stop();
});

/** Workers that were added while others were held go when they have been idle for some seconds. */
function atRest(pid: number): Promise<void> {
  const workers = WORKERS + SPARES;
  return until(`the node has ${workers} workers`, () => childrenOf(pid).length === workers, AT_REST_MS);
}

const workersRss = (pid: number) => childrenOf(pid).reduce((sum, worker) => sum + rssOf(worker), 0);

/** The guest comes to what it must; then a newcomer is served, innocents are well, and so is the node. */
async function contains(guest: Guest): Promise<void> {
  await attacks.check(guest);
  await innocents.probe();
  await petri.waitUntilServing({ deadlineMs: 30_000 });
  assert.equal(node.child.exitCode, null);
}

for (const [name, members] of guests())
  suite(name, { concurrency: AT_ONCE }, () => {
    for (const guest of members) test(`${guest.name}: ${guest.tries}`, () => contains(guest));
  });

suite('after all of them', () => {
  test('every innocent has counted exactly what was answered', async () => {
    assert.ok(innocents.rounds > 100, `${innocents.rounds} rounds`);
    await innocents.verify();
  });

  test('no worker, descriptor or memory is left over', async () => {
    clearInterval(sampler);
    const { pid = 0 } = node.child;
    await atRest(pid).catch(async (thrown: unknown) => {
      const status = JSON.stringify(await petri.admin.status());
      assert.fail(`${String(thrown)}: processes ${childrenOf(pid).join(' ')}; ${status}`);
    });
    const { descriptors, rssBytes } = census(pid);
    assert.ok(descriptors <= atFirst.descriptors + DESCRIPTORS_SLACK, `${descriptors} descriptors`);
    const workers = workersRss(pid);
    const grown = [workersAtFirst, workers].map((bytes) => `${Math.round(bytes / MiB)} MiB`).join(' to ');
    assert.ok(workers < workersAtFirst + WORKERS_SLACK_BYTES, `its workers grew from ${grown}`);
    const mebibytes = [atFirst.rssBytes, highestRss, rssBytes].map((bytes) => Math.round(bytes / MiB));
    assert.ok(
      highestRss < atFirst.rssBytes + RSS_SLACK_BYTES,
      `first, highest and last: ${mebibytes.join(', ')} MiB`,
    );
  });

  test('the node has nothing to complain of', () => {
    assert.equal(node.complaints(), '');
  });
});
