import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { Client as GrpcClient, credentials } from '@grpc/grpc-js';
import { connect } from '@petri/client';
import { createServiceClient } from '@petri/contracts';
import { type RunSpecSchema, SandboxService } from '@petri/contracts/v1';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { temporaryDirectory } from './support/directory.ts';
import { freePort } from './support/free-port.ts';
import { startNodeProcess } from './support/node-process.ts';
import { otlpReceiver, type Receiver } from './support/otlp/receiver.ts';
import { until } from './support/until.ts';

const WORKERS = { PETRI_WORKERS: '1', PETRI_SPARES: '1' };
/** Soon, instead of after seconds. */
const SOON = {
  OTEL_BSP_SCHEDULE_DELAY: '20',
  OTEL_METRIC_EXPORT_INTERVAL: '200',
  OTEL_METRIC_EXPORT_TIMEOUT: '200',
};
const GENOME = `
  export const f = (n) => n * 2;
  export const hang = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);`;
const CASES = { suite: { cases: [{ function: 'f', arguments: [2], expected: 4 }] } };

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const headers = { metadata: { traceparent: `00-${TRACE}-${PARENT}-01` } };

function call(name: string, ...args: number[]): MessageInitShape<typeof RunSpecSchema> {
  const values = args.map((value) => ({ kind: { case: 'numberValue' as const, value } }));
  return {
    target: { case: 'call', value: { function: name, arguments: values } },
    timeoutMs: name === 'hang' ? 50 : 30_000,
  };
}

const spanNamed = ({ spans }: Receiver, name: string) => {
  const span = spans.find((each) => each.name === name);
  assert.ok(span, `${name} is not among ${spans.map((each) => each.name).join()}`);
  return span;
};

for (const protocol of ['grpc', 'http/protobuf']) {
  suite(`a node that exports by ${protocol}`, () => {
    test('sends a trace from its caller to the guest, and metrics that have no ids', async () => {
      await using receiver = await otlpReceiver();
      await using node = await startNodeProcess({
        ...WORKERS,
        ...SOON,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_ENDPOINT: protocol === 'grpc' ? receiver.grpc : receiver.http,
        OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test',
      });
      const grpc = new GrpcClient(node.address, credentials.createInsecure());
      const sandboxes = createServiceClient(SandboxService, grpc);
      await using petri = await connect(node.address);
      const cursor = await petri.events.now();
      await petri.sandboxes.create({ id: 'traced', genome: GENOME });
      await sandboxes.run({ id: 'traced', spec: call('f', 1) }, headers);
      await sandboxes.run({ id: 'traced', spec: call('hang') }, headers);
      const entries = Array.from({ length: 500 }, () => ({ id: 'traced' }));
      await petri.sandboxes.updateLimits('traced', { maxQueuedRuns: 1_000 });
      await Array.fromAsync(sandboxes.batchRun({ entries, spec: call('f', 1) }, headers));
      await petri.sandboxes.evaluate('traced', CASES);

      const events = [];
      for await (const event of petri.events.watch({ cursor })) {
        events.push(event);
        if (event.kind === 'SANDBOX_FITNESS_COMPUTED') break;
      }
      await until(
        'all spans came',
        () =>
          ['sandbox.create', 'sandbox.evaluate'].every((name) =>
            receiver.spans.some((span) => span.name === name),
          ) && receiver.spans.some((span) => span.name === 'sandbox.batch'),
      );
      await until(
        'the metrics came',
        () => receiver.total('petri.runs') === 502 && receiver.total('petri.evaluations') === 1,
      );

      const served = receiver.spans.filter(
        ({ name, traceId }) => name === 'petri.v1.SandboxService/Run' && traceId === TRACE,
      );
      const runs = receiver.spans.filter(({ name }) => name === 'sandbox.run');
      assert.equal(served.length, 2);
      for (const { parentId, attributes, resource } of served) {
        assert.equal(parentId, PARENT);
        assert.equal(attributes['rpc.response.status_code'], 'OK');
        assert.equal(resource['service.name'], 'petri-node');
        assert.equal(resource['deployment.environment.name'], 'test');
      }
      const [first, hung] = runs;
      assert.ok(first && hung);
      assert.deepEqual([first.traceId, first.parentId], [TRACE, served[0]?.spanId]);
      assert.equal(first.attributes['petri.sandbox.id'], 'traced');
      assert.equal(first.attributes['petri.outcome'], 'completed');
      assert.deepEqual([hung.traceId, hung.parentId], [TRACE, served[1]?.spanId]);
      assert.deepEqual([hung.attributes['petri.outcome'], hung.status], ['timeout', 'STATUS_CODE_ERROR']);
      assert.ok(hung.durationMs >= 50, String(hung.durationMs));
      const killed = spanNamed(receiver, 'sandbox.killed');
      assert.deepEqual([killed.traceId, killed.attributes['petri.kill.reason']], [TRACE, 'timeout']);

      const batch = spanNamed(receiver, 'sandbox.batch');
      assert.deepEqual([batch.traceId, batch.attributes['petri.batch.size']], [TRACE, 500]);
      const inBatch = runs.filter(({ parentId }) => parentId === batch.spanId);
      assert.ok(
        inBatch.length > 0 && inBatch.length < 100,
        `${inBatch.length} spans of runs for a batch of 500`,
      );
      const evaluated = spanNamed(receiver, 'sandbox.evaluate');
      assert.deepEqual(evaluated.events, [
        { name: 'sandbox.fitness.computed', attributes: { 'petri.fitness': 1 } },
      ]);

      const ofRuns = events.filter((event) => event.kind === 'SANDBOX_RUN');
      assert.equal(ofRuns.length, 502);
      for (const event of ofRuns) assert.equal(event.kind === 'SANDBOX_RUN' && event.traceId, TRACE);
      const [event] = ofRuns;
      assert.equal(event?.kind === 'SANDBOX_RUN' && event.spanId, first.spanId);

      const { metrics } = receiver;
      assert.equal(receiver.total('petri.runs', { 'petri.outcome': 'completed' }), 501);
      assert.equal(receiver.total('petri.runs', { 'petri.outcome': 'timeout' }), 1);
      assert.equal(receiver.total('petri.kills', { 'petri.kill.reason': 'timeout' }), 1);
      assert.equal(receiver.total('petri.run.duration'), 502);
      assert.equal(metrics.get('petri.run.duration')?.unit, 's');
      assert.ok(
        (metrics.get('petri.run.duration')?.points[0]?.bounds[0] ?? 1) < 0.001,
        'the buckets are of seconds',
      );
      assert.equal(receiver.total('petri.fitness'), 1);
      assert.equal(receiver.total('petri.batch.size'), 1);
      assert.equal(receiver.total('petri.sandboxes', { 'petri.status': 'running' }), 1);
      const labels = new Set(
        [...metrics.values()].flatMap(({ points }) =>
          points.flatMap(({ attributes }) => Object.keys(attributes)),
        ),
      );
      assert.deepEqual(
        [...labels].filter((name) => /(?:^|\.)id$|sandbox|population|trace/.test(name)),
        [],
      );
      grpc.close();
    });
  });
}

suite('a collector', () => {
  const usesNode = async (node: { address: string }) => {
    await using petri = await connect(node.address);
    const { id } = await petri.sandboxes.create({ genome: GENOME });
    const entries = Array.from({ length: 200 }, () => ({ id }));
    const { outcomes } = await petri.sandboxes
      .batchRun(entries, { spec: { function: 'f', arguments: [1] } })
      .summary();
    assert.deepEqual(outcomes, { COMPLETED: 200 });
    assert.equal(await petri.sandboxes.call(id, 'f', 21), 42);
  };

  for (const protocol of ['grpc', 'http/protobuf']) {
    test(`that is down changes nothing for callers, and is complained of once (${protocol})`, async () => {
      await using node = await startNodeProcess({
        ...WORKERS,
        ...SOON,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        // Nobody listens there.
        OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      });
      await usesNode(node);
      await usesNode(node);
      assert.equal(await node.stop(), 0);
      const lines = node
        .complaints()
        .split('\n')
        .filter((line) => line !== '');
      assert.equal(new Set(lines).size, lines.length, node.complaints());
      for (const line of lines) assert.match(line, /^petri telemetry: warning: telemetry: /);
    });

    test(`that goes away in the middle of an export changes nothing for callers (${protocol})`, async () => {
      await using receiver = await otlpReceiver();
      await using node = await startNodeProcess({
        ...WORKERS,
        ...SOON,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_ENDPOINT: protocol === 'grpc' ? receiver.grpc : receiver.http,
      });
      await usesNode(node);
      await until('it takes what comes', () => receiver.spans.length > 0 && receiver.metrics.size > 0);
      receiver.hangUp();
      while (!receiver.isGone()) await usesNode(node);
      await usesNode(node);
      assert.equal(await node.stop(), 0);
      const lines = node.complaints().trim().split('\n');
      for (const line of lines.filter((each) => each !== ''))
        assert.match(line, /^petri telemetry: warning: telemetry: /);
    });

    test(`that never answers changes nothing for callers, and delays the end by seconds at most (${protocol})`, async () => {
      await using receiver = await otlpReceiver();
      await using node = await startNodeProcess({
        ...WORKERS,
        ...SOON,
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_ENDPOINT: protocol === 'grpc' ? receiver.grpc : receiver.http,
        // Far longer than the node may take to end.
        OTEL_EXPORTER_OTLP_TIMEOUT: '600000',
        OTEL_BSP_EXPORT_TIMEOUT: '600000',
      });
      receiver.stall();
      await usesNode(node);
      await until('it tries', () => receiver.requests() > 0);
      await usesNode(node);
      // Killed after half a minute, which would not be an exit status of 0.
      assert.equal(await node.stop(), 0);
    });
  }
});

suite('a node that is scraped', () => {
  test('listens for that once, also where it has threads of its own', async () => {
    using directory = temporaryDirectory();
    await using node = await startNodeProcess({
      ...WORKERS,
      PETRI_DATA_DIR: directory.path,
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()),
    });
    await using petri = await connect(node.address);
    await petri.sandboxes.create({ id: 'a', genome: GENOME });
    assert.equal(await petri.sandboxes.call('a', 'f', 1), 2);
    assert.equal(await node.stop(), 0);
    assert.equal(node.complaints(), '');
  });
});

suite('a log', () => {
  test('has the ids of the spans that the collector gets', async () => {
    await using receiver = await otlpReceiver();
    await using node = await startNodeProcess({
      ...WORKERS,
      ...SOON,
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.http,
      PETRI_LOG_LEVEL: 'debug',
      PETRI_LOG_FORMAT: 'json',
    });
    const grpc = new GrpcClient(node.address, credentials.createInsecure());
    const sandboxes = createServiceClient(SandboxService, grpc);
    await using petri = await connect(node.address);
    await petri.sandboxes.create({ id: 'a', genome: GENOME });
    await sandboxes.run({ id: 'a', spec: call('f', 1) }, headers);
    await sandboxes.run({ id: 'a', spec: call('f', 2) });
    await Array.fromAsync(sandboxes.batchRun({ entries: [{ id: 'a' }], spec: call('f', 1) }));
    await assert.rejects(petri.sandboxes.get('nobody'));
    const METHODS = ['CreateSandbox', 'Run', 'Run', 'BatchRun', 'GetSandbox'];
    type Line = { message: string; trace_id?: string; span_id?: string };
    const served = () =>
      node
        .complaints()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as Line)
        .filter(({ message }) => message.startsWith('/petri.v1.SandboxService/'));
    await until('all calls are logged', () => served().length === METHODS.length);
    assert.deepEqual(
      served().map(({ message }) => message.split('/').at(-1)),
      METHODS,
    );
    const spanOf = ({ message, trace_id, span_id }: Line) =>
      receiver.spans.find(
        ({ name, traceId, spanId }) => `/${name}` === message && traceId === trace_id && spanId === span_id,
      );
    await until('the span of each came', () => served().every(spanOf));
    assert.equal(new Set(served().map(spanOf)).size, METHODS.length);
    assert.equal(served()[1]?.trace_id, TRACE);
    grpc.close();
  });
});

suite('a node without variables', () => {
  test('exports nothing, but its events and logs know the traces of callers', async () => {
    await using node = await startNodeProcess({
      ...WORKERS,
      PETRI_LOG_LEVEL: 'debug',
      PETRI_LOG_FORMAT: 'json',
    });
    const grpc = new GrpcClient(node.address, credentials.createInsecure());
    const sandboxes = createServiceClient(SandboxService, grpc);
    await using petri = await connect(node.address);
    await petri.sandboxes.create({ id: 'a', genome: GENOME });
    const cursor = await petri.events.now();
    await sandboxes.run({ id: 'a', spec: call('f', 1) }, headers);
    for await (const event of petri.events.watch({ cursor })) {
      assert.deepEqual([event.kind, event.kind === 'SANDBOX_RUN' && event.traceId], ['SANDBOX_RUN', TRACE]);
      break;
    }
    await until('it is logged', () => node.complaints().includes('SandboxService/Run'));
    const lines = node
      .complaints()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const line = lines.find(({ message }) => message === '/petri.v1.SandboxService/Run');
    assert.deepEqual(
      [line?.['level'], line?.['trace_id'], line?.['span_id'], line?.['code']],
      ['debug', TRACE, PARENT, 'OK'],
    );
    grpc.close();
  });

  test('or with OTEL_SDK_DISABLED, sends nothing anywhere', async () => {
    await using receiver = await otlpReceiver();
    await using node = await startNodeProcess({
      ...WORKERS,
      ...SOON,
      OTEL_SDK_DISABLED: 'true',
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.http,
    });
    await using petri = await connect(node.address);
    await petri.sandboxes.create({ id: 'a', genome: GENOME });
    assert.equal(await petri.sandboxes.call('a', 'f', 1), 2);
    assert.equal(await node.stop(), 0);
    assert.equal(receiver.requests(), 0);
  });
});
