import { EnvReader } from '@petri/core';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
type LogFormat = 'text' | 'json';

export type LogConfig = {
  /** The least that is written. */
  level: LogLevel;
  format: LogFormat;
};

/**
 * How much of OpenTelemetry a process loads. `off`: nothing. `context`: only what lets the trace ids of callers into
 * events and logs. `sdk`: all of it, as the standard variables say.
 */
export type TelemetryMode = 'off' | 'context' | 'sdk';

/** What each variable means, for `--help`. */
export const LOG_VARIABLES: readonly (readonly [name: string, meaning: string])[] = [
  ['PETRI_LOG_LEVEL', 'debug, info, warn, error or silent (info)'],
  ['PETRI_LOG_FORMAT', 'text or json, with trace_id and span_id (text)'],
];

/** Told by the environment of the process; for a service's own configuration to refuse what is wrong. */
export function readLog(env: EnvReader): LogConfig {
  return {
    level: env.oneOf('PETRI_LOG_LEVEL', LOG_LEVELS, 'info'),
    format: env.oneOf('PETRI_LOG_FORMAT', ['text', 'json'], 'text'),
  };
}

const SIGNALS = ['TRACES', 'METRICS', 'LOGS'] as const;

/**
 * Decides what to load. By the standard, an SDK without any variable sends everything to localhost; here nothing leaves a
 * process unless it is told where to. The SDK reads the variables itself, so what it should not do is written there.
 */
export function prepareTelemetry(
  env: NodeJS.ProcessEnv = process.env,
  main: string = process.argv[1] ?? '',
): TelemetryMode {
  const isSet = (name: string) => (env[name]?.trim() ?? '') !== '';
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return 'off';
  for (const signal of SIGNALS) {
    const name = `OTEL_${signal}_EXPORTER`;
    const endpoint = isSet('OTEL_EXPORTER_OTLP_ENDPOINT') || isSet(`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`);
    // Logs go to stderr, for whoever runs the node to collect.
    if (!isSet(name)) env[name] = endpoint && signal !== 'LOGS' ? 'otlp' : 'none';
  }
  if (!isSet('OTEL_SERVICE_NAME')) env['OTEL_SERVICE_NAME'] = serviceName(main);
  return SIGNALS.every((signal) => env[`OTEL_${signal}_EXPORTER`]?.trim() === 'none') ? 'context' : 'sdk';
}

/** By the directory of its entry point: `services/node/src/main.ts` is petri-node. */
function serviceName(main: string): string {
  const [, service = 'node'] = /services[/\\]([a-z]+)[/\\]src[/\\]main\.ts$/.exec(main) ?? [];
  return `petri-${service}`;
}
