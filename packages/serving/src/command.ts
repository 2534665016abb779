import { parseArgs } from 'node:util';
import { PetriError } from '@petri/core';
import { createLogger, type LogConfig, shutdownTelemetry } from '@petri/telemetry';
import type { EndpointWatch } from './endpoint.ts';
import { silenceGrpc } from './listen.ts';

/** After a second signal, how long what is running gets to be killed before the process ends regardless. */
const LAST_CHANCE_MS = 2_000;

/** A service that is up. */
export type Running = {
  warnings: readonly string[];
  drain(): Promise<void>;
  close(): Promise<void>;
  reopenAudit(): Promise<void>;
};

export type Command<C, R extends Running> = {
  /** Such as "petri node". */
  name: string;
  help: string;
  loadConfig: () => C;
  start: (config: C, watch: EndpointWatch) => Promise<R>;
  /** Said once it is up. */
  readyLine: (running: R, config: C, json: boolean) => string;
};

/** The life of a service's process: arguments, configuration, the ready line, signals, and its exit code. */
export function runCommand<C extends { log?: LogConfig; readyJson: boolean }, R extends Running>(
  command: Command<C, R>,
): void {
  const { name, help, loadConfig, start, readyLine } = command;
  let logger = createLogger({ level: 'info', format: 'text', name });
  const fail = (thrown: unknown) => {
    logger.error(explain(thrown));
    process.exit(1);
  };

  async function run(): Promise<void> {
    const options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
    const asked = parseArgs({ options }).values;
    if (asked.help) return print(help);
    silenceGrpc();
    const config = loadConfig();
    if (config.log) logger = createLogger({ ...config.log, name });
    const watch: EndpointWatch = {
      onInternalError: (error, where) => logger.error(`${where}: ${explain(error)}`),
      onTrouble: (sentence) => logger.error(sentence),
      onNews: (sentence) => logger.info(sentence),
      onServed: ({ method, ...call }) => logger.debug(method, call),
    };
    const running = await start(config, watch);
    for (const warning of running.warnings) logger.warn(warning);
    onSignals(running, fail);
    print(readyLine(running, config, asked.json ?? config.readyJson));
  }

  run().catch(fail);
}

/** The first drains, the second ends at once. */
function onSignals(running: Running, fail: (thrown: unknown) => void): void {
  let signals = 0;
  const onSignal = () => {
    const exit = async () => {
      await shutdownTelemetry();
      process.exit(signals === 1 ? 0 : 1);
    };
    if (++signals === 1) return void running.drain().then(exit, fail);
    setTimeout(() => process.exit(1), LAST_CHANCE_MS);
    void running.close().then(exit, fail);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  process.on('SIGHUP', () => void running.reopenAudit());
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A sentence for what an operator can mend; for anything else, all that is known. */
function explain(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  if (isUsage(thrown) || (thrown instanceof PetriError && thrown.code !== 'internal')) return thrown.message;
  return thrown.cause instanceof Error ? `${thrown.message}\n${thrown.cause.stack}` : `${thrown.stack}`;
}

/** `parseArgs` throws plain errors with such codes. */
function isUsage(error: Error & { code?: unknown }): boolean {
  return typeof error.code === 'string' && error.code.startsWith('ERR_PARSE_ARGS');
}
