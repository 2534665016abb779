/** What becomes of migrants, whatever connects an archipelago. */
import assert from 'node:assert/strict';
import { suite } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { durationFromMs } from '@bufbuild/protobuf/wkt';
import {
  MigrantSchema,
  type Migration,
  MigrationPolicySchema,
  MigrationState,
  Verdict,
} from '@petri/contracts/v1';
import { resourceExhausted } from '@petri/core';
import { until } from '../../../test/support/until.ts';
import { INBOX } from '../src/coordinator/inboxes.ts';
import { Sealer } from '../src/migration/envelope.ts';
import { MAX_COUNT } from '../src/policy/settings.ts';
import { coordinator, node, type TestNode } from './archipelago.ts';
import { claim, genomeOf, hashOf } from './fake-port.ts';
import { type Within, disposable, eachKnowsTheOther, settled } from './compliance.ts';

export function migrationCompliance(name: string, within: Within): void {
  suite(`${name}: migration`, () => {
    within('individuals get from one island to another, once, and their report adds up', async (connect) => {
      await using a = disposable(await node(await connect(), 'a', [1, 2, 3]));
      await using b = disposable(await node(await connect(), 'b', [2, 10]));
      await eachKnowsTheOther(a, b);
      const { id } = await a.archipelago.migrate({ id: 'm1', from: 'a', to: 'b', population: 'p', count: 2 });
      const report = await settled(b, id);
      assert.deepEqual(totals(report), {
        sent: 2,
        admitted: 1,
        duplicate: 1,
        rejected: 0,
        dropped: 0,
        inFlight: 0,
      });
      assert.deepEqual(
        b.islands.values('b').toSorted((x, y) => x - y),
        [2, 3, 10],
      );
      const [arrival] = b.islands.arrivals;
      assert.deepEqual(
        [arrival?.migrant.from, arrival?.migrant.individual, arrival?.migrant.origin],
        ['a', 'a-3', 'a'],
      );
      assert.deepEqual([arrival?.migrant.hops, arrival?.fitness.score], [1, 3]);
      const again = await b.archipelago.migrate({ id: 'm1', from: 'a', to: 'b', population: 'p', count: 2 });
      assert.equal(again.id, 'm1');
      const other = b.archipelago.migrate({ id: 'm1', from: 'a', to: 'a', population: 'p', count: 2 });
      await assert.rejects(other, { code: 'already_exists' });
      const nowhere = b.archipelago.migrate({ id: '', from: 'a', to: 'z', population: 'p', count: 1 });
      await assert.rejects(nowhere, { code: 'not_found' });
      assert.deepEqual([a.errors, b.errors], [[], []]);
    });

    within('a migrant in the name of another island is refused, and changes no report', async (connect) => {
      await using a = disposable(await node(await connect(), 'a', [1]));
      await using b = disposable(await node(await connect(), 'b', []));
      await using liar = await connect();
      const genome = genomeOf(9);
      const known = { population: 'p', from: 'a', to: 'b', genome, genomeSha256: hashOf(9), hops: 1 };
      const ids = { migration: 'm', node: 'a', individual: 'x', origin: 'a' };
      const forged = create(MigrantSchema, { ...known, ...ids, schemaVersion: 1, fitness: claim(9) });
      await liar.send('b', { id: 'forged', sender: 'liar', bytes: new Sealer([]).seal(forged) });
      await until('it is refused', () => b.events.length === 1);
      assert.deepEqual([b.events[0]?.kind, b.events[0]?.reason], ['REJECTED', 'WRONG_SENDER']);
      assert.deepEqual(b.islands.values('b'), []);
      assert.deepEqual(await a.archipelago.ledger.reports(), []);
    });

    within('a population that is not there fails the migration, with the reason', async (connect) => {
      await using a = disposable(await node(await connect(), 'a', [1]));
      const { id } = await a.archipelago.migrate({
        id: '',
        from: 'a',
        to: 'a',
        population: 'none',
        count: 1,
      });
      await until('it has failed', async () => (await a.archipelago.ledger.report(id)).error !== '');
      assert.match((await a.archipelago.ledger.report(id)).error, /no population "none"/);
    });

    within(
      'an inbox that overflows while its island is away drops the oldest, and says so',
      async (connect) => {
        await using a = disposable(await node(await connect(), 'a', [1, 2, 3, 4, 5]));
        const b = await node(await connect(), 'b', [], { messages: 2 });
        await eachKnowsTheOther(a, b);
        await b.archipelago.host?.drain(true);
        const { id } = await a.archipelago.ledger.request(
          await a.archipelago
            .migrate({ id: 'full', from: 'a', to: 'a', population: 'p', count: 0 })
            .then((made) => ({
              ...made,
              id: 'overflow',
              to: 'b',
              count: 5,
            })),
        );
        await until('all are sent', async () => (await a.archipelago.ledger.report(id)).sent === 5);
        await until('three are dropped', async () => (await a.archipelago.ledger.report(id)).dropped === 3);
        assert.deepEqual(totals(await a.archipelago.ledger.report(id)), {
          sent: 5,
          admitted: 0,
          duplicate: 0,
          rejected: 0,
          dropped: 3,
          inFlight: 2,
        });
        await b.archipelago.host?.drain(false);
        const report = await settled(a, id);
        assert.deepEqual([report.admitted, report.dropped], [2, 3]);
        assert.equal(b.events.find(({ kind }) => kind === 'DROPPED')?.count, 3);
        await b.archipelago.close();
      },
    );

    within('the largest migration that may be asked for fits into an inbox', async (connect) => {
      const { messages, perSender } = INBOX;
      const values = Array.from({ length: MAX_COUNT }, (_, index) => index);
      await using a = disposable(await node(await connect(), 'a', values));
      await using b = disposable(await node(await connect(), 'b', [], { messages, perSender }));
      await eachKnowsTheOther(a, b);
      const asked = { id: 'all', from: 'a', to: 'b', population: 'p', count: MAX_COUNT };
      const evaluated = Promise.withResolvers<void>();
      using waiting = new DisposableStack();
      waiting.defer(evaluated.resolve);
      b.islands.ready = evaluated.promise;
      await a.archipelago.migrate(asked);
      const report = () => a.archipelago.ledger.report('all');
      await until('all are sent', async () => (await report()).state === MigrationState.SENT);
      assert.deepEqual(totals(await report()), {
        sent: MAX_COUNT,
        admitted: 0,
        duplicate: 0,
        rejected: 0,
        dropped: 0,
        inFlight: MAX_COUNT,
      });
      waiting.dispose();
      assert.equal((await settled(a, 'all')).admitted, MAX_COUNT);
    });

    within('who was admitted and has left does not come back by the same message', async (connect) => {
      const transport = await connect();
      await using a = disposable(await node(await connect(), 'a', [7]));
      await using b = disposable(await node(transport, 'b', [1]));
      await eachKnowsTheOther(a, b);
      // As after a crash between admission and verdict; meanwhile evolution lets the migrant go.
      b.islands.onAdmitted = () => {
        b.islands.onAdmitted = undefined;
        throw new Error('crash');
      };
      const { id } = await a.archipelago.migrate({ id: '', from: 'a', to: 'b', population: 'p', count: 1 });
      await until('it was delivered', () => b.errors.length === 1);
      b.islands.settle('b', 1);
      const report = await settled(a, id);
      assert.equal(report.admitted, 1, report.migrants[0]?.message);
      assert.deepEqual([b.islands.values('b'), b.islands.arrivals.length], [[1], 1]);
    });

    within('a migrant that is pushed out while it is evaluated is in flight, and let in', async (connect) => {
      await using a = disposable(await node(await connect(), 'a', [7, 8]));
      await using b = disposable(await node(await connect(), 'b', [], { messages: 1 }));
      await eachKnowsTheOther(a, b);
      const evaluated = Promise.withResolvers<void>();
      b.islands.ready = evaluated.promise;
      const ask = (id: string, count: number) =>
        a.archipelago.migrate({ id, from: 'a', to: 'b', population: 'p', count });
      await ask('first', 1);
      await until('it is evaluated', () => b.islands.evaluations === 1);
      await ask('more', 2);
      await until('they are sent', async () => (await a.archipelago.ledger.report('more')).sent === 2);
      await until('one is dropped', async () => (await a.archipelago.ledger.report('more')).dropped === 1);
      const { inFlight, dropped } = await a.archipelago.ledger.report('first');
      assert.deepEqual([inFlight, dropped], [1, 0]);
      evaluated.resolve();
      assert.equal((await settled(a, 'first')).admitted, 1);
      await settled(a, 'more');
    });

    within(
      'a node that fails to evaluate for a while takes the migrant later, and evaluates it then',
      async (connect) => {
        await using a = disposable(await node(await connect(), 'a', [7]));
        await using b = disposable(await node(await connect(), 'b', []));
        b.islands.failures.push(new Error('worker lost'), new Error('worker lost'));
        await eachKnowsTheOther(a, b);
        const { id } = await a.archipelago.migrate({ id: '', from: 'a', to: 'b', population: 'p', count: 1 });
        assert.equal((await settled(a, id)).admitted, 1);
        assert.deepEqual([b.islands.evaluations, b.islands.values('b')], [3, [7]]);
      },
    );

    within(
      'a migrant that can never be taken is put aside with a reason, and the cause is told',
      async (connect) => {
        await using a = disposable(await node(await connect(), 'a', [7]));
        await using b = disposable(await node(await connect(), 'b', []));
        b.islands.failures.push(...Array.from({ length: 20 }, () => new Error('worker lost')));
        await eachKnowsTheOther(a, b);
        const { id } = await a.archipelago.migrate({ id: '', from: 'a', to: 'b', population: 'p', count: 1 });
        const [migrant] = (await settled(a, id)).migrants;
        assert.deepEqual([migrant?.verdict, migrant?.reason], [Verdict.REJECTED, 'POISON']);
        assert.match(migrant?.message ?? '', /5 times.*worker lost/);
        await until('b was told', () => b.events.some(({ kind }) => kind === 'REJECTED'));
        const told = b.events.find(({ kind }) => kind === 'REJECTED');
        assert.deepEqual([told?.reason, told?.message], ['POISON', migrant?.message]);
        assert.deepEqual(
          b.errors.map((thrown) => (thrown as Error).message),
          Array(5).fill('worker lost'),
        );
      },
    );

    within('a node that has too much to do lets a migrant wait, however often', async (connect) => {
      await using a = disposable(await node(await connect(), 'a', [7]));
      await using b = disposable(await node(await connect(), 'b', []));
      const full = () => resourceExhausted('QUEUE_FULL', 'too much to do');
      b.islands.failures.push(...Array.from({ length: 6 }, full));
      await eachKnowsTheOther(a, b);
      const { id } = await a.archipelago.migrate({ id: '', from: 'a', to: 'b', population: 'p', count: 1 });
      await until(
        'it is admitted',
        async () => (await a.archipelago.ledger.report(id)).admitted === 1,
        25_000,
      );
      assert.deepEqual([b.islands.evaluations, b.errors.length], [7, 6]);
    });

    within('but not beyond its time', async (connect) => {
      await using a = disposable(await node(await connect(), 'a', [7]));
      await using b = disposable(await node(await connect(), 'b', []));
      await using leader = await coordinator(await connect(), 'leader');
      await leader.boards.set({ policy: create(MigrationPolicySchema, { ttl: durationFromMs(500) }) }, 0);
      const ttlOf = ({ archipelago }: TestNode) => archipelago.host?.plan?.settings?.policy?.ttl;
      await until('the time is known', () => ttlOf(a) !== undefined && ttlOf(b) !== undefined);
      const full = () => resourceExhausted('QUEUE_FULL', 'too much to do');
      b.islands.failures.push(...Array.from({ length: 20 }, full));
      const { id } = await a.archipelago.migrate({ id: '', from: 'a', to: 'b', population: 'p', count: 1 });
      const [migrant] = (await settled(a, id)).migrants;
      assert.equal(migrant?.reason, 'EXPIRED', migrant?.message);
    });

    within(
      'what cannot be opened is refused with a reason, in the report of whoever was sent',
      async (connect) => {
        const damaging = await connect();
        const send = damaging.send.bind(damaging);
        damaging.send = (inbox, { bytes, ...rest }) => send(inbox, { ...rest, bytes: bytes.slice(1) });
        const keys = [{ id: 'k', secret: new Uint8Array([1]) }];
        await using a = disposable(await node(damaging, 'a', [7], { keys }));
        await using b = disposable(await node(await connect(), 'b', [], { keys }));
        await using c = disposable(await node(await connect(), 'c', [8]));
        await eachKnowsTheOther(a, b, c);
        const reasonOf = async (from: string) => {
          const asked = { id: from, from, to: 'b', population: 'p', count: 1 };
          const { id } = await a.archipelago.migrate(asked);
          const [migrant] = (await settled(a, id)).migrants;
          return [migrant?.verdict, migrant?.reason];
        };
        assert.deepEqual(await reasonOf('a'), [Verdict.REJECTED, 'CORRUPTED']);
        assert.deepEqual(await reasonOf('c'), [Verdict.REJECTED, 'UNSIGNED']);
        await until('b was told of both', () => b.events.length === 2);
        assert.deepEqual(
          b.events.map(({ kind, migration, reason }) => [kind, migration, reason]),
          [
            ['REJECTED', 'a', 'CORRUPTED'],
            ['REJECTED', 'c', 'UNSIGNED'],
          ],
        );
        // What nobody sent is counted, and settles nothing.
        const forged = { id: `c/${'0'.repeat(64)}`, sender: 'c', bytes: new Uint8Array([1]) };
        await using stranger = await connect();
        await stranger.send('b', forged);
        await until('it is refused', () => b.events.length === 3);
        assert.deepEqual([b.events[2]?.migration, b.events[2]?.reason], ['', 'CORRUPTED']);
      },
    );
  });
}

function totals({ sent, admitted, duplicate, rejected, dropped, inFlight }: Migration) {
  return { sent, admitted, duplicate, rejected, dropped, inFlight };
}
