import { context, diag, DiagLogLevel, propagation } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { CompositePropagator, W3CBaggagePropagator, W3CTraceContextPropagator } from '@opentelemetry/core';
import type { TelemetryMode } from './config.ts';
import { quietly } from './diagnostics.ts';
import type { Logger } from './logger.ts';

/** How long a process that ends waits for what has not been sent yet. */
const SHUTDOWN_MS = 2_000;

export type Telemetry = {
  readonly mode: TelemetryMode;
  /** Sends what is left, for as long as two seconds at most. Never rejects; idempotent. */
  shutdown(): Promise<void>;
};

/** Makes the API of OpenTelemetry do something, for the whole process: to be called once, before anything else. */
export async function startTelemetry(mode: TelemetryMode, logger: Logger): Promise<Telemetry> {
  if (mode === 'off') return { mode, shutdown: () => Promise.resolve() };
  if (mode === 'context') {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    const propagators = [new W3CTraceContextPropagator(), new W3CBaggagePropagator()];
    propagation.setGlobalPropagator(new CompositePropagator({ propagators }));
    return { mode, shutdown: () => Promise.resolve() };
  }
  diag.setLogger(quietly(logger), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  // A quarter of a second, which a process that exports nothing need not spend.
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const sdk = new NodeSDK();
  sdk.start();
  let ending: Promise<void> | undefined;
  return { mode, shutdown: () => (ending ??= within(SHUTDOWN_MS, sdk.shutdown())) };
}

/** It rejects when the collector is down, and waits when it is slow: neither is a reason not to end. */
async function within(ms: number, done: Promise<void>): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  await Promise.race([done.catch(() => undefined), late.promise]);
  clearTimeout(timer);
}
