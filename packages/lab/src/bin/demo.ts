import { nodeEnvironment, readDisplayConfig } from '../config.ts';
import { main } from '../demo/main.ts';
import { connect } from '../node/connect.ts';

const controller = new AbortController();

/** The first signal ends the search and stops the node; the second does not wait for that. */
function onSignal(): void {
  if (controller.signal.aborted) process.exit(130);
  controller.abort();
}
process.on('SIGINT', onSignal).on('SIGTERM', onSignal);

process.exitCode = await main({
  args: process.argv.slice(2),
  stdout: process.stdout,
  stderr: process.stderr,
  display: readDisplayConfig(),
  signal: controller.signal,
  connect: (options) => connect(options, nodeEnvironment()),
});
