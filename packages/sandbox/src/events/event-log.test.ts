import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { EVENT_KINDS, type EventFilter, type EventKind, type SandboxEvent } from './event.ts';
import { EventLog, type EventPage } from './event-log.ts';

const ALL: EventFilter = { kinds: [], sandboxIds: [], populations: [], outcomes: [] };

function event(kind: EventKind, sandboxId: string, rest: Partial<SandboxEvent> = {}): SandboxEvent {
  return {
    kind,
    atMs: 0,
    sandboxId,
    tenant: '',
    population: '',
    durationUs: 0,
    reason: '',
    error: '',
    traceId: '',
    spanId: '',
    attributes: {},
    ...rest,
  };
}

const idsOf = ({ events }: EventPage) => events.map(({ sandboxId }) => sandboxId);

/** A watch under way, whose first page has been read. */
async function watching(log: EventLog, filter: Partial<EventFilter> = {}, cursor?: string) {
  const stop = new AbortController();
  const options = { filter: { ...ALL, ...filter }, signal: stop.signal };
  const pages = log.watch(cursor === undefined ? options : { ...options, cursor });
  const next = async () => {
    const { value } = await pages.next();
    assert.ok(value !== undefined);
    return value;
  };
  return { first: await next(), next, end: () => pages.return(undefined), stop, pages };
}

suite('an event log', () => {
  test('gives a watcher what happens after it began, in order, whatever the kind', async () => {
    const log = new EventLog();
    log.publish(event('sandbox.create', 'before'));
    const { first, next, end } = await watching(log);
    assert.deepEqual([idsOf(first), first.missed, first.restarted], [[], 0, false]);
    for (const [kind, id] of [
      ['sandbox.create', 'a'],
      ['sandbox.run', 'b'],
      ['sandbox.run', 'c'],
      ['sandbox.killed', 'd'],
      ['sandbox.run', 'e'],
    ] as const)
      log.publish(event(kind, id));
    assert.deepEqual(idsOf(await next()), ['a', 'b', 'c', 'd', 'e']);
    await end();
  });

  test('sends what matches every part of the filter', async () => {
    const log = new EventLog();
    const filter = { kinds: ['sandbox.run'], populations: ['p'], outcomes: ['THREW'] } as const;
    const { next, end } = await watching(log, { ...filter, sandboxIds: ['a', 'b'] });
    const matching = { population: 'p', outcome: 'THREW' } as const;
    log.publish(event('sandbox.run', 'a', { ...matching, population: 'q' }));
    log.publish(event('sandbox.run', 'a', { ...matching, outcome: 'COMPLETED' }));
    log.publish(event('sandbox.killed', 'a', matching));
    log.publish(event('sandbox.run', 'c', matching));
    log.publish(event('sandbox.run', 'b', matching));
    assert.deepEqual(idsOf(await next()), ['b']);
    await end();
  });

  test('goes on after any event, and after any page', async () => {
    const log = new EventLog();
    const { next, end } = await watching(log);
    for (const id of ['a', 'b', 'c']) log.publish(event('sandbox.reload', id));
    const page = await next();
    await end();
    for (const { cursor, sandboxId } of page.events) {
      const again = await watching(log, {}, cursor);
      assert.deepEqual(idsOf(again.first), ['a', 'b', 'c'].slice(['a', 'b', 'c'].indexOf(sandboxId) + 1));
      await again.end();
    }
    log.publish(event('sandbox.reload', 'd'));
    const again = await watching(log, {}, page.cursor);
    assert.deepEqual(idsOf(again.first), ['d']);
    await again.end();
  });

  test('a watcher that is too slow is told how many it missed, and a flood of runs pushes nothing else out', async () => {
    const log = new EventLog({ capacity: 4 });
    const { next, end } = await watching(log);
    log.publish(event('sandbox.create', 'kept'));
    for (let n = 0; n < 10; n++) log.publish(event('sandbox.run', `run-${n}`));
    const page = await next();
    assert.equal(page.missed, 6);
    assert.deepEqual(idsOf(page), ['kept', 'run-6', 'run-7', 'run-8', 'run-9']);
    assert.equal(log.missed, 6);
    await end();
  });

  test('what was not asked for is not missed', async () => {
    const log = new EventLog({ capacity: 4 });
    const { next, end } = await watching(log, { kinds: ['sandbox.killed'] });
    for (let n = 0; n < 10; n++) log.publish(event('sandbox.run', 'a'));
    log.publish(event('sandbox.killed', 'b'));
    const page = await next();
    assert.deepEqual([idsOf(page), page.missed], [['b'], 0]);
    await end();
  });

  test('keeps calls only while somebody watches them and some time after, and counts those that it did not keep', async () => {
    const log = new EventLog({ lingerMs: 1 });
    const other = await watching(log, { kinds: ['sandbox.create'] });
    assert.equal(log.keepsCalls, false);
    const { first, end } = await watching(log);
    assert.equal(log.keepsCalls, true);
    await end();
    assert.equal(log.keepsCalls, true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(log.keepsCalls, false);
    for (let n = 0; n < 5; n++) log.passCall();
    const again = await watching(log, {}, first.cursor);
    assert.equal(again.first.missed, 5);
    await again.end();
    await other.end();
    assert.equal(log.watchers, 0);
  });

  test('a watcher of which nothing matches still gets on', async () => {
    const log = new EventLog();
    const { first, next, end } = await watching(log, { sandboxIds: ['nobody'] });
    for (let n = 0; n < 5_000; n++) log.publish(event('sandbox.run', 'a'));
    const page = await next();
    assert.deepEqual(page.events, []);
    assert.notEqual(page.cursor, first.cursor);
    await end();
  });

  test('says that a cursor is of an earlier life, and gives all that it has', async () => {
    const earlier = await watching(new EventLog());
    const log = new EventLog();
    log.publish(event('sandbox.create', 'a'));
    const { first, end } = await watching(log, {}, earlier.first.cursor);
    assert.deepEqual([first.restarted, idsOf(first)], [true, ['a']]);
    await Promise.all([end(), earlier.end()]);
  });

  test('refuses what is no cursor', async () => {
    const log = new EventLog();
    const { first, end } = await watching(log);
    const later = first.cursor.replace(/0$/, '1');
    for (const cursor of ['nonsense', `${first.cursor}.0`, later, first.cursor.replace('.', '.-')])
      await assert.rejects(watching(log, {}, cursor), { code: 'invalid_argument' }, cursor);
    await end();
  });

  test('ends a watch that is cancelled, while it waits too', async () => {
    const { next, stop } = await watching(new EventLog());
    const waiting = assert.rejects(next(), /enough/);
    stop.abort(new Error('enough'));
    await waiting;
  });

  test('property: whatever happens between reads, each event is read once, in order, or counted as missed', async () => {
    const step = fc.oneof(
      fc.record({ publish: fc.constantFrom(...EVENT_KINDS) }),
      fc.constantFrom('read' as const, 'resume' as const),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const log = new EventLog({ capacity: 5 });
        let watch = await watching(log);
        let { cursor } = watch.first;
        let [published, missed] = [0, 0];
        const seen: number[] = [];
        const take = (page: EventPage) => {
          ({ cursor } = page);
          missed += page.missed;
          seen.push(...page.events.map(({ sandboxId }) => Number(sandboxId)));
        };
        for (const each of [...steps, 'resume' as const]) {
          if (each === 'resume') {
            await watch.end();
            watch = await watching(log, {}, cursor);
            take(watch.first);
          } else if (each === 'read') {
            if (published > seen.length + missed) take(await watch.next());
          } else log.publish(event(each.publish, String(published++)));
        }
        await watch.end();
        assert.equal(seen.length + missed, published);
        assert.deepEqual(
          seen,
          [...new Set(seen)].sort((a, b) => a - b),
        );
      }),
      { numRuns: 200 },
    );
  });
});
