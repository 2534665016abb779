import { PetriError } from '@petri/core';
import { VARIABLES } from './config.ts';

const WIDTH = Math.max(...VARIABLES.map(([name]) => name.length));

export const HELP = `petri node: sandboxes for evolving code, over gRPC

Usage: npm start -- [--json] [--help]

  --json  print the ready line as JSON: {"address":"127.0.0.1:50051","pid":1234}
  --help  print this

Environment (default):
${VARIABLES.map(([name, meaning]) => `  ${name.padEnd(WIDTH)}  ${meaning}`).join('\n')}

Telemetry goes where the standard OTEL_ variables say, and nowhere by default: OTEL_METRICS_EXPORTER=prometheus serves
http://localhost:9464/metrics, OTEL_EXPORTER_OTLP_ENDPOINT=http://host:4318 sends traces and metrics there.

SIGTERM or SIGINT: finish calls in flight, then end. A second one: end at once.
SIGHUP: open the audit log's file anew, after it was moved away.`;

export function readyLine(address: string, workers: number, json: boolean): string {
  if (json) return JSON.stringify({ address, pid: process.pid });
  return `petri node listening on ${address} (${workers} ${workers === 1 ? 'worker' : 'workers'})`;
}

/** A sentence for what an operator can mend; for anything else, all that is known. */
export function explain(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (isUsage(thrown) || (thrown instanceof PetriError && thrown.code !== 'internal')) return thrown.message;
  return thrown.cause instanceof Error ? `${thrown.message}\n${thrown.cause.stack}` : `${thrown.stack}`;
}

/** `parseArgs` throws plain errors with such codes. */
function isUsage(error: Error & { code?: unknown }): boolean {
  return typeof error.code === 'string' && error.code.startsWith('ERR_PARSE_ARGS');
}
