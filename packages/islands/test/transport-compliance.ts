/** What every transport has to do: a suite that each implementation passes. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { PetriError } from '@petri/core';
import type { Delivery, InboxBounds, Receiver, Transport } from '../src/transport/transport.ts';
import { until } from '../../../test/support/until.ts';

const BOUNDS: InboxBounds = { messages: 100, bytes: 1024 * 1024, perSender: 50, ttlMs: 60_000 };
/** With the characters that ids may hold. */
const ODD = 'a.b:c_d-E';

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (given: Uint8Array | undefined) => given && new TextDecoder().decode(given);

/** `connect` gives a new connection to the same archipelago each time. */
export function transportCompliance(
  name: string,
  skip: string | false,
  connect: () => Promise<Transport>,
): void {
  let inboxes = 0;
  const withTwo = (what: string, run: (a: Transport, b: Transport, id: string) => Promise<void>) =>
    void test(what, { skip }, async () => {
      await using a = await connect();
      await using b = await connect();
      await run(a, b, `${ODD}-${inboxes++}`);
    });

  suite(`${name}: topics`, () => {
    withTwo('every subscriber of a topic hears what is published, also the sender', async (a, b, topic) => {
      const heard: string[] = [];
      await a.subscribe(topic, (given) => void heard.push(`a ${text(given)}`));
      await b.subscribe(topic, (given) => void heard.push(`b ${text(given)}`));
      await b.subscribe(`${topic}-other`, (given) => void heard.push(`other ${text(given)}`));
      a.publish(topic, bytes('1'));
      a.publish(topic, bytes('2'));
      await until('both have heard both', () => heard.length === 4);
      assert.deepEqual(heard.toSorted(), ['a 1', 'a 2', 'b 1', 'b 2']);
    });

    withTwo('one may listen to all topics with one id in the last place', async (a, b, id) => {
      const heard: string[] = [];
      await a.subscribe(`${id}/*`, (given, topic) => void heard.push(`${topic} ${text(given)}`));
      for (const topic of [id, `${id}/${ODD}/deeper`, `${id}-other/x`]) b.publish(topic, bytes('not'));
      b.publish(`${id}/${ODD}`, bytes('1'));
      b.publish(`${id}/x`, bytes('2'));
      await until('both are heard', () => heard.length >= 2);
      assert.deepEqual(heard, [`${id}/${ODD} 1`, `${id}/x 2`]);
    });

    withTwo('a closed subscription hears nothing more', async (a, b, topic) => {
      const heard: string[] = [];
      const first = await a.subscribe(topic, (given) => void heard.push(`first ${text(given)}`));
      await a.subscribe(topic, (given) => void heard.push(`second ${text(given)}`));
      await first.close();
      await first.close();
      b.publish(topic, bytes('x'));
      await until('the second has heard it', () => heard.length > 0);
      assert.deepEqual(heard, ['second x']);
    });
  });

  suite(`${name}: inboxes`, () => {
    withTwo('what was sent before anybody received is delivered in order, once', async (a, b, inbox) => {
      await a.openInbox(inbox, BOUNDS);
      for (const id of ['1', '2', '3']) await b.send(inbox, { id, sender: ODD, bytes: bytes(id) });
      const { received, receiver } = collector();
      await a.receive(inbox, receiver);
      await b.send(inbox, { id: '4', sender: 'other', bytes: bytes('4') });
      await until('all are received', () => received.length === 4);
      assert.deepEqual(
        received.map(({ bytes: given }) => text(given)),
        ['1', '2', '3', '4'],
      );
      assert.deepEqual(
        received.map(({ sequence, attempt }) => [sequence, attempt]),
        [
          [1, 1],
          [2, 1],
          [3, 1],
          [4, 1],
        ],
      );
      await until('nothing is held', async () => (await b.inboxState(inbox))?.held === 0);
      assert.deepEqual(await b.inboxState(inbox), { first: 5, last: 4, held: 0 });
    });

    withTwo('the same id is stored once, also after it was settled', async (a, b, inbox) => {
      await a.openInbox(inbox, BOUNDS);
      const message = { id: 'same', sender: 's', bytes: bytes('x') };
      assert.deepEqual(await a.send(inbox, message), { sequence: 1, duplicate: false });
      assert.deepEqual(await b.send(inbox, message), { sequence: 1, duplicate: true });
      const { received, receiver } = collector();
      await a.receive(inbox, receiver);
      await until('it is settled', async () => (await a.inboxState(inbox))?.held === 0);
      assert.equal((await b.send(inbox, message)).duplicate, true);
      await b.send(inbox, { ...message, id: 'next' });
      await until('the next is received', () => received.length === 2);
    });

    withTwo('a full inbox drops the oldest, and says how many', async (a, b, inbox) => {
      await a.openInbox(inbox, { ...BOUNDS, messages: 3 });
      for (const id of ['1', '2', '3', '4', '5']) await b.send(inbox, { id, sender: 's', bytes: bytes(id) });
      assert.deepEqual(await b.inboxState(inbox), { first: 3, last: 5, held: 3 });
      const { received, receiver, dropped } = collector();
      await a.receive(inbox, receiver);
      await until('the rest is received', () => received.length === 3);
      assert.deepEqual(
        received.map(({ bytes: given }) => text(given)),
        ['3', '4', '5'],
      );
      assert.equal(dropped(), 2);
    });

    withTwo('one sender pushes out only its own', async (a, b, inbox) => {
      await a.openInbox(inbox, { ...BOUNDS, perSender: 2 });
      await b.send(inbox, { id: 'quiet', sender: 'quiet', bytes: bytes('quiet') });
      for (const id of ['1', '2', '3', '4']) await b.send(inbox, { id, sender: 'loud', bytes: bytes(id) });
      const { received, receiver, dropped } = collector();
      await a.receive(inbox, receiver);
      await until('three are received', () => received.length === 3);
      assert.deepEqual(
        received.map(({ bytes: given }) => text(given)),
        ['quiet', '3', '4'],
      );
      assert.equal(dropped(), 2);
    });

    withTwo('what is older than its time is dropped, and counted', async (a, b, inbox) => {
      await a.openInbox(inbox, { ...BOUNDS, ttlMs: 250 });
      await b.send(inbox, { id: 'old', sender: 's', bytes: bytes('old') });
      await until('it has expired', async () => (await b.inboxState(inbox))?.held === 0);
      // The new one lives until it is received.
      await a.openInbox(inbox, BOUNDS);
      await b.send(inbox, { id: 'new', sender: 's', bytes: bytes('new') });
      const { received, receiver, dropped } = collector();
      await a.receive(inbox, receiver);
      await until('the new one is received', () => received.length === 1);
      assert.deepEqual([text(received[0]?.bytes), dropped()], ['new', 1]);
    });

    withTwo('a message whose delivery fails comes again, before the next', async (a, b, inbox) => {
      await a.openInbox(inbox, BOUNDS);
      for (const id of ['1', '2']) await b.send(inbox, { id, sender: 's', bytes: bytes(id) });
      const { received, receiver, dropped, failures } = collector(({ sequence, attempt }) => {
        if (sequence === 1 && attempt < 3) throw new Error(`not yet ${attempt}`);
      });
      await a.receive(inbox, receiver);
      await until('all are settled', async () => (await b.inboxState(inbox))?.held === 0);
      assert.deepEqual(
        received.map(({ sequence, attempt }) => [sequence, attempt]),
        [
          [1, 1],
          [1, 2],
          [1, 3],
          [2, 1],
        ],
      );
      assert.equal(dropped(), 0);
      assert.deepEqual(
        failures.map((thrown) => (thrown as Error).message),
        ['not yet 1', 'not yet 2'],
      );
      const delivery = received[0]!;
      assert.deepEqual([delivery.id, delivery.sender, delivery.signal.aborted], ['1', 's', false]);
      assert.ok(delivery.ageMs >= 0 && delivery.ageMs < 60_000, `${delivery.ageMs} ms old`);
    });

    withTwo('a message that is large pushes out as many as there is no room for', async (a, b, inbox) => {
      await a.openInbox(inbox, { ...BOUNDS, bytes: 4_000 });
      const sizes = [1_000, 1_000, 1_000, 2_500];
      for (const [id, size] of sizes.entries())
        await b.send(inbox, { id: `${id}`, sender: 's', bytes: new Uint8Array(size) });
      const { received, receiver, dropped } = collector();
      await a.receive(inbox, receiver);
      await until('the last is received', () => received.at(-1)?.id === '3');
      assert.deepEqual([received.length, dropped()], [2, 2]);
    });

    withTwo('a delivery that waits is told when nothing more is to be received', async (a, b, inbox) => {
      await a.openInbox(inbox, BOUNDS);
      await b.send(inbox, { id: '1', sender: 's', bytes: bytes('1') });
      const { received, receiver, failures } = collector(
        ({ signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(new Error('given up')));
          }),
      );
      const receiving = await a.receive(inbox, receiver);
      await until('it is delivered', () => received.length === 1);
      await receiving.close();
      assert.deepEqual(failures, []);
      assert.equal((await b.inboxState(inbox))?.held, 1);
    });

    withTwo('what its receiver was given when it went away is given to the next', async (a, b, inbox) => {
      await a.openInbox(inbox, BOUNDS);
      await a.send(inbox, { id: '1', sender: 's', bytes: bytes('1') });
      const first = collector(() => Promise.reject(new Error('going away')));
      const receiving = await a.receive(inbox, first.receiver);
      await until('the first has it', () => first.received.length > 0);
      await receiving.close();
      const second = collector();
      await b.receive(inbox, second.receiver);
      await until('the second has it', () => second.received.length === 1);
    });

    withTwo('there is nothing to send to before an inbox is opened', async (a, b, inbox) => {
      const sent = b.send(inbox, { id: '1', sender: 's', bytes: bytes('1') });
      await assert.rejects(sent, (thrown: PetriError) => thrown.code === 'not_found');
      assert.equal(await b.inboxState(inbox), undefined);
      await a.openInbox(inbox, BOUNDS);
      await a.openInbox(inbox, { ...BOUNDS, messages: 1 });
      for (const id of ['1', '2']) await b.send(inbox, { id, sender: 's', bytes: bytes(id) });
      assert.equal((await a.inboxState(inbox))?.held, 1);
    });
  });

  suite(`${name}: documents`, () => {
    withTwo('a document is written only over the revision that was read', async (a, b, id) => {
      const [mine, theirs] = [await a.documents(id), await b.documents(id)];
      assert.equal(await theirs.get(ODD), undefined);
      const first = await mine.put(ODD, bytes('1'), 0);
      assert.ok(first);
      assert.equal(await theirs.put(ODD, bytes('2'), 0), undefined);
      const second = await theirs.put(ODD, bytes('2'), first);
      assert.ok(second && second > first);
      assert.equal(await mine.put(ODD, bytes('3'), first), undefined);
      const read = await mine.get(ODD);
      assert.deepEqual([read?.key, text(read?.bytes), read?.revision], [ODD, '2', second]);
    });

    withTwo('of many who write at once, one succeeds', async (a, b, id) => {
      const [mine, theirs] = [await a.documents(id), await b.documents(id)];
      const writes = Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? mine : theirs).put('lease', bytes(String(n)), 0),
      );
      const won = (await Promise.all(writes)).filter((revision) => revision !== undefined);
      assert.equal(won.length, 1);
    });

    withTwo('a deleted document can be made anew, and is deleted only at its revision', async (a, _, id) => {
      const documents = await a.documents(id);
      const first = await documents.put('k', bytes('1'), 0);
      assert.equal(await documents.delete('k', first! + 100), false);
      assert.equal(await documents.delete('k', first!), true);
      assert.equal(await documents.get('k'), undefined);
      assert.deepEqual(await documents.list(), []);
      assert.ok(await documents.put('k', bytes('2'), 0));
    });

    withTwo('lists what is below a prefix', async (a, b, id) => {
      const [mine, theirs] = [await a.documents(id), await b.documents(id)];
      assert.deepEqual(await mine.list(), []);
      for (const key of ['a/1', 'a/x.y', 'ab/1', `${ODD}/1`]) await mine.put(key, bytes(key), 0);
      const keys = async (prefix?: string) => (await theirs.list(prefix)).map(({ key }) => key).toSorted();
      assert.deepEqual(await keys('a/'), ['a/1', 'a/x.y']);
      assert.deepEqual(await keys(`${ODD}/`), [`${ODD}/1`]);
      assert.equal((await keys()).length, 4);
      assert.deepEqual(
        (await theirs.list('ab/')).map((document) => text(document.bytes)),
        ['ab/1'],
      );
    });

    withTwo('tells of what changes below a prefix, in order', async (a, b, id) => {
      const [mine, theirs] = [await a.documents(id), await b.documents(id)];
      await mine.put('a/before', bytes('before'), 0);
      const changes: string[] = [];
      const watching = await theirs.watch(
        'a/',
        ({ key, bytes: given }) => void changes.push(`${key} ${text(given)}`),
      );
      // Values that were replaced at once need not be told.
      const told = (count: number) => until(`${count} changes are told`, () => changes.length === count);
      const first = await mine.put('a/1', bytes('1'), 0);
      await told(1);
      await mine.put('b/1', bytes('other'), 0);
      const second = await mine.put('a/1', bytes('2'), first!);
      await told(2);
      await mine.delete('a/1', second!);
      await told(3);
      assert.deepEqual(changes, ['a/1 1', 'a/1 2', 'a/1 undefined']);
      await watching.close();
    });

    withTwo('forgets what was not written for its time', async (a, _, id) => {
      const documents = await a.documents(id, { ttlMs: 300 });
      await documents.put('k', bytes('1'), 0);
      await until('it is forgotten', async () => (await documents.get('k')) === undefined);
    });
  });

  suite(`${name}: closing`, () => {
    test('is idempotent, ends subscriptions and refuses what comes after', { skip }, async () => {
      const closing = await connect();
      await using other = await connect();
      const heard: string[] = [];
      await closing.subscribe('closing', () => void heard.push('closed'));
      await closing.openInbox('closing', BOUNDS);
      const { received, receiver } = collector();
      await closing.receive('closing', receiver);
      const documents = await closing.documents('closing');
      await Promise.all([closing.close(), closing.close()]);
      await closing.close();
      await other.subscribe('closing', () => void heard.push('open'));
      other.publish('closing', bytes('x'));
      await other.send('closing', { id: '1', sender: 's', bytes: bytes('x') });
      await until('who is open has heard', () => heard.length > 0);
      assert.deepEqual([heard, received], [['open'], []]);
      const refused = (thrown: unknown) => thrown instanceof PetriError && thrown.code === 'unavailable';
      assert.throws(() => closing.publish('closing', bytes('x')), refused);
      await assert.rejects(
        closing.subscribe('closing', () => undefined),
        refused,
      );
      await assert.rejects(closing.send('closing', { id: '2', sender: 's', bytes: bytes('x') }), refused);
      await assert.rejects(documents.get('k'), refused);
    });
  });
}

function collector(deliver: (delivery: Delivery) => void | Promise<void> = () => undefined) {
  const received: Delivery[] = [];
  const failures: unknown[] = [];
  let drops = 0;
  const receiver: Receiver = {
    deliver: async (delivery) => {
      received.push(delivery);
      await deliver(delivery);
    },
    dropped: (count) => void (drops += count),
    failed: (thrown) => void failures.push(thrown),
  };
  return { received, receiver, dropped: () => drops, failures };
}
