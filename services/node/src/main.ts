import { runCommand } from '@petri/serving';
import { loadConfig } from './config.ts';
import { HELP, readyLine } from './messages.ts';
import { startNode } from './server.ts';

runCommand({
  name: 'petri node',
  help: HELP,
  loadConfig,
  start: startNode,
  readyLine: ({ address }, { workers }, json) => readyLine(address, workers, json),
});
