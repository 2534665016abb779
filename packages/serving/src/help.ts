type Help = {
  /** Such as "petri node: sandboxes for evolving code, over gRPC". */
  title: string;
  /** Such as "npm start". */
  command: string;
  variables: readonly (readonly [name: string, meaning: string])[];
};

/** What `--help` prints of a service. */
export function helpOf({ title, command, variables }: Help): string {
  const width = Math.max(...variables.map(([name]) => name.length));
  return `${title}

Usage: ${command} -- [--json] [--help]

  --json  print the ready line as JSON: {"address":"127.0.0.1:50051","pid":1234}
  --help  print this

Environment (default):
${variables.map(([name, meaning]) => `  ${name.padEnd(width)}  ${meaning}`).join('\n')}

Telemetry goes where the standard OTEL_ variables say, and nowhere by default: OTEL_METRICS_EXPORTER=prometheus serves
http://localhost:9464/metrics, OTEL_EXPORTER_OTLP_ENDPOINT=http://host:4318 sends traces and metrics there.

SIGTERM or SIGINT: finish calls in flight, then end. A second one: end at once.
SIGHUP: open the audit log's file anew, after it was moved away.`;
}
