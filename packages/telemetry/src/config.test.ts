import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { prepareTelemetry } from './config.ts';

const ENDPOINT = 'http://collector:4317';

suite('what is loaded of OpenTelemetry', () => {
  const cases: [title: string, env: Record<string, string>, mode: string, exporters: string][] = [
    ['nothing is exported by default', {}, 'context', 'none none none'],
    ['an empty variable is as good as none', { OTEL_TRACES_EXPORTER: ' ' }, 'context', 'none none none'],
    [
      'an endpoint gets traces and metrics',
      { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT },
      'sdk',
      'otlp otlp none',
    ],
    [
      'an endpoint of one signal gets that',
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: ENDPOINT },
      'sdk',
      'otlp none none',
    ],
    ['an exporter can be asked for', { OTEL_METRICS_EXPORTER: 'prometheus' }, 'sdk', 'none prometheus none'],
    [
      'and asked away',
      { OTEL_EXPORTER_OTLP_ENDPOINT: ENDPOINT, OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' },
      'context',
      'none none none',
    ],
  ];
  for (const [title, env, mode, exporters] of cases)
    test(title, () => {
      const given = { ...env };
      assert.equal(prepareTelemetry(given), mode);
      const of = (signal: string) => given[`OTEL_${signal}_EXPORTER`];
      assert.equal(`${of('TRACES')} ${of('METRICS')} ${of('LOGS')}`, exporters);
    });

  test('OTEL_SDK_DISABLED switches all of it off', () => {
    assert.equal(prepareTelemetry({ OTEL_SDK_DISABLED: 'True', OTEL_METRICS_EXPORTER: 'prometheus' }), 'off');
  });

  test('the service has a name, unless the operator gave one', () => {
    const [unnamed, named]: [NodeJS.ProcessEnv, NodeJS.ProcessEnv] = [{}, { OTEL_SERVICE_NAME: 'mine' }];
    const main = '/petri/services/coordinator/src/main.ts';
    prepareTelemetry(unnamed, main);
    prepareTelemetry(named, main);
    assert.deepEqual(
      [unnamed['OTEL_SERVICE_NAME'], named['OTEL_SERVICE_NAME']],
      ['petri-coordinator', 'mine'],
    );
  });
});
