import { parseArgs } from 'node:util';
import { createLogger, shutdownTelemetry } from '@petri/telemetry';
import { loadConfig } from './config.ts';
import { silenceGrpc } from './listen.ts';
import { explain, HELP, readyLine } from './messages.ts';
import { startNode } from './server.ts';

/** After a second signal, how long workers get to be killed before the process ends regardless. */
const LAST_CHANCE_MS = 2_000;

const print = (line: string) => void process.stdout.write(`${line}\n`);
const NAME = 'petri node';

let logger = createLogger({ level: 'info', format: 'text', name: NAME });

async function main(): Promise<void> {
  const options = { json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
  const { json = false, help = false } = parseArgs({ options }).values;
  if (help) return print(HELP);
  silenceGrpc();
  const config = loadConfig();
  if (config.log) logger = createLogger({ ...config.log, name: NAME });
  const node = await startNode(config, {
    onInternalError: (error, where) => logger.error(`${where}: ${explain(error)}`),
    onTrouble: (sentence) => logger.error(sentence),
    onNews: (sentence) => logger.info(sentence),
    onServed: ({ method, ...call }) => logger.debug(method, call),
  });
  for (const warning of node.warnings) logger.warn(warning);
  let signals = 0;
  const onSignal = () => {
    const exit = async () => {
      await shutdownTelemetry();
      process.exit(signals === 1 ? 0 : 1);
    };
    if (++signals === 1) return void node.drain().then(exit, fail);
    setTimeout(() => process.exit(1), LAST_CHANCE_MS);
    void node.close().then(exit, fail);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
  process.on('SIGHUP', () => void node.reopenAudit());
  print(readyLine(node.address, config.workers, json || config.readyJson));
}

function fail(thrown: unknown): void {
  logger.error(explain(thrown));
  process.exit(1);
}

main().catch(fail);
