import { runCommand } from '@petri/serving';
import { loadConfig } from './config.ts';
import { HELP, readyLine } from './messages.ts';
import { startCoordinator } from './server.ts';

runCommand({
  name: 'petri coordinator',
  help: HELP,
  loadConfig,
  start: startCoordinator,
  readyLine: ({ address }, { id }, json) => readyLine(address, id, json),
});
