/** What strangers, and a bad network, put into the inbox of a real node. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { PetriEvent } from '@petri/client';
import { Sealer } from '@petri/islands';
import { Cluster } from '../support/cluster/cluster.ts';
import { encode, envelope, migrant } from '../support/cluster/envelopes.ts';
import { SPEC } from '../support/cluster/evolution.ts';
import { Stranger } from '../support/cluster/stranger.ts';
import { temporaryDirectory } from '../support/directory.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type NatsServer, startNatsServer, WITHOUT_NATS } from '../support/nats-server.ts';

const KEY = 'a key of all nodes';
const KINDS = [
  'ISLAND_MIGRATION_ADMITTED',
  'ISLAND_MIGRATION_DUPLICATE',
  'ISLAND_MIGRATION_REJECTED',
  'ISLAND_MIGRATION_DROPPED',
] as const;
/** What nodes bound an inbox by. */
const [HELD, PER_SENDER] = [1_000, 100];

const MiB = 1024 * 1024;
const sealer = new Sealer([{ id: 'shared', secret: Buffer.from(KEY) }]);

suite('an inbox', { skip: WITHOUT_NATS }, () => {
  const directory = temporaryDirectory();
  let nats: NatsServer;
  let cluster: Cluster;
  let stranger: Stranger;
  let evaluator: string;

  before(async () => {
    const [key, config] = [join(directory.path, 'key'), join(directory.path, 'nats.conf')];
    writeFileSync(key, KEY);
    writeFileSync(config, `max_payload: ${8 * MiB}`);
    nats = await startNatsServer(['--config', config]);
    // Beats are slow, so that a pause of a few seconds makes nobody gone.
    const env = () => ({ PETRI_MIGRANT_KEY_FILE: key, PETRI_BEAT_MS: '1000' });
    cluster = await Cluster.start({ names: ['a', 'b'], nats: nats.url, env });
    await cluster.populate();
    stranger = await Stranger.connect(nats.url);
    const { sandboxes } = cluster.at('b').petri;
    evaluator = (await sandboxes.evaluate('b-0', SPEC)).evaluatorSha256;
  });
  after(async () => {
    await stranger?.[Symbol.asyncDispose]();
    await cluster?.[Symbol.asyncDispose]();
    await nats?.[Symbol.asyncDispose]();
    directory[Symbol.dispose]();
  });

  /** What b says becomes of the migrants that come while `happen` runs, and until one is admitted as the last. */
  const outcomes = async (happen: () => Promise<unknown>): Promise<string[]> => {
    const { events } = cluster.at('b').petri;
    const cursor = await events.now({ kinds: KINDS });
    await happen();
    const id = await cluster.migrate('a', 'b');
    const told: string[] = [];
    for await (const event of events.watch({ kinds: KINDS, cursor })) {
      assert.notEqual(event.kind, 'GAP');
      if (event.kind === 'GAP' || event.attributes['petri.migration.id'] === id) break;
      told.push(outcomeOf(event));
    }
    return told;
  };

  /** A migration whose migrants wait in the inbox of b, which drains. */
  const waiting = async (count: number): Promise<string> => {
    const { archipelago } = cluster.at('b').petri;
    cluster.at('a').pause();
    const id = await cluster.migrate('a', 'b', { count, via: 'b' });
    await archipelago.drain();
    cluster.at('a').resume();
    await cluster.eventually('they wait', async () => (await archipelago.migration(id)).inFlight === count);
    return id;
  };

  const forged = (change: Parameters<typeof migrant>[2] = {}) => migrant('b', evaluator, change);

  test('takes a message that comes twice once, also under another id and after its island went on', async () => {
    const heard = await stranger.overhear('b');
    const id = await cluster.migrate('a', 'b');
    await cluster.settled([id]);
    const [original] = heard;
    assert.ok(original);
    const told = await outcomes(async () => {
      assert.equal(await stranger.send('b', original.bytes, { id: original.id, sender: 'a' }), true);
      await stranger.send('b', original.bytes);
      await cluster.evolves(['b']);
      await stranger.send('b', original.bytes);
    });
    assert.deepEqual(told, []);
    await cluster.settle();
  });

  test('takes messages out of order', async () => {
    const migration = { migration: 'out-of-order' };
    const told = await outcomes(async () => {
      for (const index of [2, 0, 1]) await stranger.send('b', sealer.seal(forged({ ...migration, index })));
    });
    assert.deepEqual(told, ['ADMITTED', 'ADMITTED', 'ADMITTED']);
  });

  test('refuses what is corrupted, too large, from the future, not signed or not for it, each with its reason', async () => {
    const genuine = sealer.seal(forged());
    const { genome } = forged();
    const far = 'far-'.repeat(100_000);
    const cases: [reason: string, bytes: Uint8Array][] = [
      ['UNSIGNED', new Uint8Array()],
      ['CORRUPTED', Buffer.from('a beat, or what else somebody publishes')],
      ['CORRUPTED', genuine.subarray(0, genuine.byteLength - 10)],
      ['BAD_SIGNATURE', flipped(genuine)],
      ['UNSIGNED', envelope(forged())],
      ['UNKNOWN_KEY', new Sealer([{ id: far, secret: Buffer.from('x') }]).seal(forged())],
      ['BAD_SIGNATURE', new Sealer([{ id: 'shared', secret: Buffer.from('x') }]).seal(forged())],
      ['TOO_LARGE', encode({ migrant: new Uint8Array(2 * MiB) })],
      ['NEWER_SCHEMA', sealer.seal(forged({ schemaVersion: 2 }))],
      ['CORRUPTED', sealer.seal(forged({ schemaVersion: 0 }))],
      ['WRONG_ISLAND', sealer.seal(migrant('a', evaluator))],
      ['OTHER_EVALUATOR', sealer.seal(migrant('b', far))],
      ['WRONG_GENOME_HASH', sealer.seal(forged({ genome: genome! }))],
      ['NO_GENOME', sealer.seal(forged({ genome: { modules: [] } }))],
      ['TOO_MANY_HOPS', sealer.seal(forged({ hops: 1_000 }))],
      ['POPULATION_NOT_FOUND', sealer.seal(forged({ population: 'nobody-has-it' }))],
      ['CORRUPTED', sealer.seal(forged({ migration: '' }))],
      ['CORRUPTED', sealer.seal(forged({ migration: far }))],
      ['CORRUPTED', sealer.seal(forged({ from: 'a>*. /' }))],
      ['CORRUPTED', sealer.seal(forged({ from: '' }))],
      ['CORRUPTED', sealer.seal(forged({ population: '' }))],
    ];
    const told = await outcomes(async () => {
      for (const [, bytes] of cases) await stranger.send('b', bytes);
    });
    assert.deepEqual(
      told,
      cases.map(([reason]) => reason),
    );
  });

  test('that is flooded holds so many, drops the oldest, counts them, and goes on', async () => {
    const genuine = await waiting(2);
    const senders = HELD / PER_SENDER + 2;
    const rounds = PER_SENDER + 10;
    const told = await outcomes(async () => {
      for (let sender = 0; sender < senders; sender++) {
        const sending = Array.from({ length: rounds }, () =>
          stranger.send('b', Buffer.from('noise'), { sender: `stranger-${sender}` }),
        );
        await Promise.all(sending);
      }
      await cluster.evolves(['a', 'b']);
      await cluster.at('b').petri.archipelago.drain({ resume: true });
    });
    const counted = told.reduce((sum, each) => sum + Number(/^DROPPED (\d+)$/.exec(each)?.[1] ?? 0), 0);
    const refused = told.filter((each) => each === 'UNSIGNED' || each === 'CORRUPTED').length;
    assert.equal(counted + refused, senders * rounds + 2);
    assert.equal(refused, HELD);
    assert.equal((await cluster.report(genuine)).dropped, 2);
  });

  test('drops what comes too late, and says so', async () => {
    const { archipelago } = cluster.at('b').petri;
    await archipelago.setPolicy({ policy: { ttlMs: 2_000 } });
    const late = await waiting(1);
    const told = await outcomes(async () => {
      await cluster.eventually('it is given up', async () => (await cluster.report(late)).dropped === 1);
      await archipelago.setPolicy({ policy: {} });
      await archipelago.drain({ resume: true });
    });
    assert.deepEqual(told, ['DROPPED 1']);
  });
});

/** The reason of a refusal, or the name of anything else. */
function outcomeOf({ kind, attributes, reason }: PetriEvent): string {
  assert.ok(reason.length < 1_000, 'a message for people has an end');
  const name = kind.replace('ISLAND_MIGRATION_', '');
  if (name === 'DROPPED') return `${name} ${attributes['petri.migration.count']}`;
  return attributes['petri.reason'] ?? name;
}

/** With one bit of its migrant changed. */
function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.with(20, bytes[20]! ^ 1);
}
