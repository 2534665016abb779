import type { DisplayConfig } from '../config.ts';
import { DataError } from '../csv/violation.ts';
import { Output } from '../report/output.ts';
import type { Sink } from '../report/output.ts';
import type { Connection } from './connection.ts';
import { planDemo, runDemo } from './demo.ts';
import { toDocument } from './document.ts';
import { parseOptions } from './options.ts';
import type { Options } from './options.ts';
import { HELP, UsageError } from './usage.ts';

export interface MainOptions {
  readonly args: readonly string[];
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly display: DisplayConfig;
  readonly signal: AbortSignal;
  /** Reaches a node, starting one where the options name none. What it answers is disposed of at the end. */
  readonly connect: (options: Options) => Promise<Connection>;
}

/** As shells report a process ended by SIGINT. */
const INTERRUPTED = 130;

const HINT = 'your own data: npm run demo -- --data my.csv --target y; --help lists every flag';

/** Runs the demo; resolves with the exit status that the help text promises. */
export async function main({ args, stdout, stderr, display, signal, connect }: MainOptions): Promise<number> {
  try {
    const options = parseOptions(args);
    if (options.help) {
      stdout.write(HELP);
      return 0;
    }
    const steps = await planDemo(options);
    const output = new Output(options.json ? stderr : stdout, display);
    output.line(output.paint('bold', 'Petri: evolving programs in the sandboxes of a node, over gRPC'));
    output.status(options.node === undefined ? '  starting a node' : `  connecting to ${options.node}`);
    await using connection = await connect(options);
    output.line(`  ${describe(connection)}; seed ${options.seed}`);
    const result = await runDemo(steps, { connection, output, signal });
    if (options.data === undefined) output.line(output.paint('dim', HINT));
    if (options.json) stdout.write(`${toDocument(result, options.seed)}\n`);
    return result.results.every(({ passed }) => passed) ? 0 : 1;
  } catch (error) {
    if (signal.aborted) {
      stderr.write('\ninterrupted\n');
      return INTERRUPTED;
    }
    stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof UsageError) stderr.write('npm run demo -- --help lists the flags\n');
    return error instanceof UsageError || error instanceof DataError ? 2 : 1;
  }
}

function describe({ address, started, workers }: Connection): string {
  const node = started ? `a node started for this, at ${address}` : `the node at ${address}`;
  return `${node}, with ${workers} worker ${workers === 1 ? 'process' : 'processes'}`;
}
