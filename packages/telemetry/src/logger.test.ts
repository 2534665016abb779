import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { context, trace } from '@opentelemetry/api';
import { quietly } from './diagnostics.ts';
import { createLogger } from './logger.ts';
import { startTelemetry } from './start.ts';

const SPAN = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', traceFlags: 1 };

function logger(level: 'debug' | 'warn' | 'silent', format: 'text' | 'json') {
  const lines: string[] = [];
  const log = createLogger({
    level,
    format,
    name: 'n',
    write: (line) => void lines.push(line),
    now: () => 0,
  });
  return { log, lines };
}

suite('a logger', () => {
  test('writes text for people', () => {
    const { log, lines } = logger('debug', 'text');
    log.info('ready');
    log.warn('careful', { port: 1, path: undefined, text: 'a "b"' });
    assert.deepEqual(lines, ['n: ready', 'n: warning: careful port=1 text="a \\"b\\""']);
  });

  test('writes an object a line for programs, with the trace that it was written in', async () => {
    const { log, lines } = logger('debug', 'json');
    await startTelemetry('context', log);
    log.error('line\nbreak', { n: 1 });
    context.with(trace.setSpanContext(context.active(), SPAN), () => log.debug('inside'));
    const common = { time: '1970-01-01T00:00:00.000Z', logger: 'n' };
    const ids = { trace_id: SPAN.traceId, span_id: SPAN.spanId, trace_flags: '01' };
    assert.deepEqual(
      lines.map((line) => JSON.parse(line) as unknown),
      [
        { ...common, level: 'error', message: 'line\nbreak', n: 1 },
        { ...common, level: 'debug', message: 'inside', ...ids },
      ],
    );
  });

  test('leaves out what is below its level', () => {
    const [some, none] = [logger('warn', 'text'), logger('silent', 'text')];
    for (const { log } of [some, none]) {
      log.debug('d');
      log.info('i');
      log.warn('w');
      log.error('e');
    }
    assert.deepEqual(some.lines, ['n: warning: w', 'n: e']);
    assert.deepEqual(none.lines, []);
  });
});

suite('what the SDK complains of', () => {
  test('is written once a minute, as a sentence, and never as an error of the node', () => {
    const { log, lines } = logger('debug', 'text');
    let now = 0;
    const diag = quietly(log, () => now);
    const failure = JSON.stringify({ stack: 'Error: …', message: 'connect ECONNREFUSED', name: 'Error' });
    for (now of [0, 1_000, 59_000, 61_000]) diag.error(failure);
    diag.warn('other', new Error('cause'));
    diag.warn('OTEL_TRACES_EXPORTER contains "none". SDK will not be initialized.');
    const line = 'n: warning: telemetry: connect ECONNREFUSED';
    assert.deepEqual(lines, [line, line, 'n: warning: telemetry: other cause']);
  });
});
