/** A collector for tests: OTLP over gRPC and HTTP, decoded with the published protos. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import {
  loadPackageDefinition,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { until } from '../until.ts';

/** Who sent it went away, or we did. */
const IGNORED = () => undefined;
const PROTO = new URL('proto', import.meta.url).pathname;

type Value = { stringValue?: string; intValue?: string; doubleValue?: number; boolValue?: boolean };
type Attribute = { key: string; value: Value };
type WireSpan = {
  name: string;
  traceId: Buffer;
  spanId: Buffer;
  parentSpanId: Buffer;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: Attribute[];
  events: { name: string; attributes: Attribute[] }[];
  status?: { code: string; message: string };
};
type Point = {
  attributes: Attribute[];
  asInt?: string;
  asDouble?: number;
  count?: string;
  explicitBounds?: number[];
};
type WireMetric = {
  name: string;
  unit: string;
  sum?: { dataPoints: Point[] };
  gauge?: { dataPoints: Point[] };
  histogram?: { dataPoints: Point[] };
};
type Resource = { attributes: Attribute[] };
type Traces = { resourceSpans: { resource: Resource; scopeSpans: { spans: WireSpan[] }[] }[] };
type Metrics = { resourceMetrics: { scopeMetrics: { metrics: WireMetric[] }[] }[] };

export type Attributes = Record<string, string | number | boolean | undefined>;

export type ReceivedSpan = {
  name: string;
  traceId: string;
  spanId: string;
  /** '' for a root. */
  parentId: string;
  durationMs: number;
  attributes: Attributes;
  events: { name: string; attributes: Attributes }[];
  /** Such as STATUS_CODE_ERROR; '' if it was not set. */
  status: string;
  /** Of the process that sent it. */
  resource: Attributes;
};

export type ReceivedMetric = {
  unit: string;
  points: { attributes: Attributes; value: number; bounds: number[] }[];
};

export type Receiver = AsyncDisposable & {
  grpc: string;
  http: string;
  spans: ReceivedSpan[];
  /** The latest of each, by name. */
  metrics: Map<string, ReceivedMetric>;
  /** What a metric comes to, over all points with these attributes: the number of measurements, if it is a histogram. */
  total: (metric: string, attributes?: Attributes) => number;
  /** Until metrics came that were collected after this was called. */
  measured: () => Promise<void>;
  /** Requests that came, answered or not. */
  requests: () => number;
  /** From now on requests are taken, and never answered. */
  stall: () => void;
  /** It goes away in the middle of the next request, for good. */
  hangUp: () => void;
  isGone: () => boolean;
};

export async function otlpReceiver(): Promise<Receiver> {
  const definition = loadSync(
    ['trace', 'metrics'].map(
      (signal) => `opentelemetry/proto/collector/${signal}/v1/${signal}_service.proto`,
    ),
    { includeDirs: [PROTO], longs: String, enums: String, arrays: true },
  );
  const services = loadPackageDefinition(definition) as unknown as {
    opentelemetry: {
      proto: { collector: Record<'trace' | 'metrics', { v1: Record<string, ServiceClientConstructor> }> };
    };
  };
  const { trace, metrics: metric } = services.opentelemetry.proto.collector;
  const traceService = trace.v1['TraceService']!.service;
  const metricsService = metric.v1['MetricsService']!.service;
  const received: Pick<Receiver, 'spans' | 'metrics'> = { spans: [], metrics: new Map() };
  let [requests, measured] = [0, 0];
  let [stalled, hangsUp, gone] = [false, false, false];

  const goAway = () => {
    gone = true;
    server.forceShutdown();
    web.closeAllConnections();
    web.close();
  };
  const take = (request: unknown) => {
    requests++;
    if (stalled) return;
    received.spans.push(...spansOf(request as Partial<Traces>));
    const metrics = metricsOf(request as Partial<Metrics>);
    if (metrics.length > 0) measured++;
    for (const [name, value] of metrics) received.metrics.set(name, value);
  };
  const answer = (call: ServerUnaryCall<unknown, object>, callback: sendUnaryData<object>) => {
    if (hangsUp) return goAway();
    take(call.request);
    if (!stalled) callback(null, {});
  };
  const server = new Server();
  server.addService(traceService, { Export: answer });
  server.addService(metricsService, { Export: answer });
  const grpcPort = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
  const decoders: Record<string, (bytes: Buffer) => unknown> = {
    '/v1/traces': (bytes) => traceService['Export']!.requestDeserialize(bytes),
    '/v1/metrics': (bytes) => metricsService['Export']!.requestDeserialize(bytes),
  };
  const web = createServer((request, response) => {
    if (hangsUp) return void request.once('data', goAway);
    void bodyOf(request).then((body) => {
      take(decoders[request.url ?? '']?.(body));
      if (!stalled) response.setHeader('content-type', 'application/x-protobuf').end();
    }, IGNORED);
  }).listen(0, '127.0.0.1');
  await once(web, 'listening');
  const { port } = web.address() as { port: number };
  return {
    ...received,
    total: (name, attributes = {}) => total(received.metrics.get(name), attributes),
    measured: async () => {
      // The next may have been on its way.
      const enough = measured + 2;
      await until('metrics come', () => measured >= enough);
    },
    grpc: `http://127.0.0.1:${grpcPort}`,
    http: `http://127.0.0.1:${port}`,
    requests: () => requests,
    stall: () => void (stalled = true),
    hangUp: () => void (hangsUp = true),
    isGone: () => gone,
    async [Symbol.asyncDispose]() {
      if (gone) return;
      const closed = once(web, 'close');
      goAway();
      await closed;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  return request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
}

function spansOf({ resourceSpans = [] }: Partial<Traces>): ReceivedSpan[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map((span) => ({
        name: span.name,
        traceId: span.traceId.toString('hex'),
        spanId: span.spanId.toString('hex'),
        parentId: span.parentSpanId?.toString('hex') ?? '',
        durationMs: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)) / 1e6,
        attributes: attributesOf(span.attributes),
        events: span.events.map(({ name, attributes }) => ({ name, attributes: attributesOf(attributes) })),
        status: span.status?.code ?? '',
        resource: attributesOf(resource.attributes),
      })),
    ),
  );
}

function metricsOf({ resourceMetrics = [] }: Partial<Metrics>): [string, ReceivedMetric][] {
  const metrics = resourceMetrics.flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap((scope) => scope.metrics),
  );
  return metrics.map(({ name, unit, sum, gauge, histogram }) => [
    name,
    {
      unit,
      points: (sum ?? gauge ?? histogram)!.dataPoints.map((point) => ({
        attributes: attributesOf(point.attributes),
        value: Number(point.count ?? point.asInt ?? point.asDouble ?? Number.NaN),
        bounds: point.explicitBounds ?? [],
      })),
    },
  ]);
}

function total(metric: ReceivedMetric | undefined, attributes: Attributes): number {
  return (metric?.points ?? [])
    .filter((point) => Object.entries(attributes).every(([key, value]) => point.attributes[key] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

function attributesOf(attributes: Attribute[]): Attributes {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [
      key,
      value.stringValue ??
        value.boolValue ??
        value.doubleValue ??
        (value.intValue === undefined ? undefined : Number(value.intValue)),
    ]),
  );
}
