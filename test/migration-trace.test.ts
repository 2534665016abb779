/** One individual, seen from outside by whoever traces, watches or asks for its descent, over nodes that are processes. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Client as GrpcClient, credentials } from '@grpc/grpc-js';
import { connect, type EvaluationSpec, type Petri } from '@petri/client';
import { createServiceClient } from '@petri/contracts';
import { ArchipelagoService } from '@petri/contracts/v1';
import { startNatsServer, WITHOUT_NATS } from './support/nats-server.ts';
import { startNodeProcess } from './support/node-process.ts';
import { otlpReceiver } from './support/otlp/receiver.ts';
import { until } from './support/until.ts';

const SPEC: EvaluationSpec = {
  suite: { cases: [{ function: 'f', expected: 10, comparison: 'CLOSENESS' }] },
};
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

/** A population whose members are constants, born one from the other, evaluated. */
async function populate(petri: Petri, prefix: string, ...values: number[]): Promise<void> {
  const { populations, sandboxes } = petri;
  await populations.create({ id: 'p', island: prefix });
  for (const [at, value] of values.entries()) {
    const id = `i-${value}`;
    await sandboxes.create({ id, genome: `export const f = () => ${value};`, population: 'p' });
    const parents = at === 0 ? [] : [`i-${values[at - 1]}`];
    await populations.add('p', [{ id, birth: { parents } }]);
    await sandboxes.evaluate(id, SPEC, { record: { population: 'p' } });
  }
}

suite('an individual that goes over three nodes', { skip: WITHOUT_NATS }, () => {
  test('is one trace, is counted once, and has its ancestors with it', { timeout: 120_000 }, async () => {
    await using nats = await startNatsServer();
    await using receiver = await otlpReceiver();
    const start = (name: string) =>
      startNodeProcess({
        PETRI_WORKERS: '1',
        PETRI_SPARES: '0',
        PETRI_NODE: name,
        PETRI_BEAT_MS: '500',
        PETRI_NATS_SERVERS: nats.url,
        OTEL_BSP_SCHEDULE_DELAY: '20',
        OTEL_METRICS_EXPORTER: 'none',
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.http,
        OTEL_SERVICE_NAME: name,
      });
    await using a = await start('a');
    await using b = await start('b');
    await using c = await start('c');
    await using ofA = await connect(a.address);
    await using ofB = await connect(b.address);
    await using ofC = await connect(c.address);
    // The ids are the same on each, and mean others.
    await populate(ofA, 'a', 5, 9);
    await populate(ofB, 'b', 3, 9.5);
    await populate(ofC, 'c', 9.25, 5);
    await ofB.populations.remove('p', ['i-9.5']);
    await until('all see all', async () => {
      const seen = await Promise.all([ofA, ofB, ofC].map((petri) => petri.archipelago.nodes()));
      return seen.every((nodes) => nodes.filter(({ state }) => state === 'ALIVE').length === 3);
    });
    const cursor = await ofB.events.now();

    const grpc = new GrpcClient(a.address, credentials.createInsecure());
    const archipelago = createServiceClient(ArchipelagoService, grpc);
    const headers = { metadata: { traceparent: `00-${TRACE}-${PARENT}-01` } };
    await archipelago.migrate({ id: 'first', from: 'a', to: 'b', population: 'p', count: 1 }, headers);
    await until('it is on b', async () => (await ofB.archipelago.migration('first')).admitted === 1);
    const onB = (await ofB.archipelago.migration('first')).migrants[0]!.admittedAs;
    await archipelago.migrate({ id: 'second', from: 'b', to: 'c', population: 'p', count: 1 }, headers);
    await until('it is on c', async () => (await ofC.archipelago.migration('second')).admitted === 1);
    const onC = (await ofC.archipelago.migration('second')).migrants[0]!.admittedAs;

    const { relatives } = await ofC.lineage.ancestors(onC);
    assert.deepEqual(
      relatives.map(({ id, island, foreign }) => [id, island, foreign]),
      [
        [`b::${onB}`, 'a', false],
        ['a::i-9', 'a', false],
        ['a::i-5', 'a', false],
      ],
    );
    const own = await ofC.lineage.ancestors('i-5');
    assert.deepEqual(
      own.relatives.map(({ id }) => id),
      ['i-9.25'],
    );

    const migrations: string[] = [];
    for await (const event of ofB.events.watch({ cursor })) {
      if (event.kind === 'GAP') assert.fail('events were missed');
      if (!event.kind.startsWith('ISLAND_MIGRATION')) continue;
      assert.deepEqual([event.traceId, event.population], [TRACE, 'p']);
      migrations.push(`${event.kind} ${event.attributes['petri.migration.id']} ${event.sandboxId}`);
      if (migrations.length === 2) break;
    }
    assert.deepEqual(migrations, [
      `ISLAND_MIGRATION_ADMITTED first ${onB}`,
      `ISLAND_MIGRATION_SENT second ${onB}`,
    ]);

    const moves = () => receiver.spans.filter(({ name }) => name.startsWith('island.'));
    await until('all spans came', () => moves().length >= 4);
    const [sent, admitted, passedOn, arrived] = ['a sent', 'b admitted', 'b sent', 'c admitted'].map(
      (move) => {
        const [service, what] = move.split(' ');
        const found = moves().filter(
          ({ name, resource }) => name === `island.migration.${what}` && resource['service.name'] === service,
        );
        assert.equal(found.length, 1, move);
        return found[0]!;
      },
    );
    for (const span of [sent, admitted, passedOn, arrived]) assert.equal(span?.traceId, TRACE);
    assert.equal(admitted?.parentId, sent?.spanId);
    assert.equal(arrived?.parentId, passedOn?.spanId);
    const evaluated = receiver.spans.find(
      ({ name, parentId }) => name === 'sandbox.evaluate' && parentId === admitted?.spanId,
    );
    assert.deepEqual([evaluated?.traceId, evaluated?.resource['service.name']], [TRACE, 'b']);
    assert.match(a.complaints(), /the node "b" joined/);
    grpc.close();
  });
});
