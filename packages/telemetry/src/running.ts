import type { Telemetry } from './start.ts';

/** The SDK is one for the process, and is started before the service's own code: this is how that finds it. */
let running: Telemetry | undefined;

export function setRunning(telemetry: Telemetry): void {
  running = telemetry;
}

/** Ends the telemetry that was loaded with `--import @petri/telemetry/register`, if it was. Bounded, and never rejects. */
export async function shutdownTelemetry(): Promise<void> {
  await running?.shutdown();
}
