import { trace } from '@opentelemetry/api';
import { LOG_LEVELS, type LogConfig, type LogLevel } from './config.ts';

/** Facts that go with a line. Secrets are not for here. */
export type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

type Write = (level: LogLevel, message: string, fields?: Fields) => void;

/** Lines for operators, each with the trace that it was written in, if there is one. */
export type Logger = {
  readonly [L in Exclude<LogLevel, 'silent'>]: (message: string, fields?: Fields) => void;
};

export type LoggerOptions = LogConfig & {
  /** Whose lines they are, such as "petri node". */
  name: string;
  write?: (line: string) => void;
  now?: () => number;
};

/** Text is for people, and leaves out what only programs need; JSON has one object a line. */
export function createLogger(options: LoggerOptions): Logger {
  const { level, format, name, now = Date.now } = options;
  const { write = (line: string) => void process.stderr.write(`${line}\n`) } = options;
  const least = LOG_LEVELS.indexOf(level);
  const log: Write = (severity, message, fields = {}) => {
    if (LOG_LEVELS.indexOf(severity) < least) return;
    write(
      format === 'json'
        ? json(new Date(now()), severity, name, message, fields)
        : text(severity, name, message, fields),
    );
  };
  return {
    debug: (message, fields) => log('debug', message, fields),
    info: (message, fields) => log('info', message, fields),
    warn: (message, fields) => log('warn', message, fields),
    error: (message, fields) => log('error', message, fields),
  };
}

function json(time: Date, level: LogLevel, logger: string, message: string, fields: Fields): string {
  const span = trace.getActiveSpan()?.spanContext();
  const ids = span && { trace_id: span.traceId, span_id: span.spanId, trace_flags: `0${span.traceFlags}` };
  return JSON.stringify({ time: time.toISOString(), level, logger, message, ...ids, ...fields });
}

function text(level: LogLevel, name: string, message: string, fields: Fields): string {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  const rest = known.map(([key, value]) => ` ${key}=${JSON.stringify(value)}`).join('');
  return `${name}: ${level === 'warn' ? 'warning: ' : ''}${message}${rest}`;
}
