import { readSurroundings } from './config.ts';
import { HELP, parseOptions, UsageError } from './options.ts';
import { run } from './run.ts';

const [stop, abandon] = [new AbortController(), new AbortController()];

/** The first ends the cluster in order; the second does not wait for that. */
function onSignal(): void {
  if (stop.signal.aborted) {
    abandon.abort();
    process.exit(1);
  }
  stop.abort();
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

try {
  const options = parseOptions(process.argv.slice(2));
  const { stdout, stderr } = process;
  if (options.help) stdout.write(HELP);
  else {
    const surroundings = readSurroundings();
    const session = { options, surroundings, stdout, stderr, stop: stop.signal, abandon: abandon.signal };
    process.exitCode = await run(session);
  }
} catch (thrown) {
  if (!(thrown instanceof UsageError)) throw thrown;
  process.stderr.write(`${thrown.message}\n`);
  process.exitCode = 2;
}
