import type { DiagLogger } from '@opentelemetry/api';
import type { Fields, Logger } from './logger.ts';

/** A collector that is down fails every few seconds: the same complaint is written once in so long. */
const AGAIN_MS = 60_000;
const MAX_LENGTH = 500;
/** That nothing is exported is as it should be. */
const EXPECTED = /_EXPORTER contains "none"/;

type Line = (message: string, fields?: Fields) => void;

/** What the SDK has to say of itself, into the log, without repetition. */
export function quietly(logger: Logger, now: () => number = () => performance.now()): DiagLogger {
  const last = new Map<string, number>();
  const once =
    (write: Line) =>
    (...parts: unknown[]): void => {
      const message = parts.map(textOf).join(' ').slice(0, MAX_LENGTH);
      if (EXPECTED.test(message)) return;
      const before = last.get(message);
      if (before !== undefined && now() - before < AGAIN_MS) return;
      if (last.size > 100) last.clear();
      last.set(message, now());
      write(`telemetry: ${message}`);
    };
  const [error, warn, info, debug] = [logger.warn, logger.warn, logger.info, logger.debug].map(once);
  return { error: error!, warn: warn!, info: info!, debug: debug!, verbose: debug! };
}

function textOf(part: unknown): string {
  if (part instanceof Error) return part.message;
  if (typeof part !== 'string') return JSON.stringify(part) ?? '';
  // Errors of exporters come as the JSON of an error, its stack included.
  try {
    const { message } = JSON.parse(part) as { message?: unknown };
    return typeof message === 'string' ? message : part;
  } catch {
    return part;
  }
}
