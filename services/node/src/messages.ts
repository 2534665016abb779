import { helpOf } from '@petri/serving';
import { VARIABLES } from './config.ts';

export const HELP = helpOf({
  title: 'petri node: sandboxes for evolving code, over gRPC',
  command: 'npm start',
  variables: VARIABLES,
});

export function readyLine(address: string, workers: number, json: boolean): string {
  if (json) return JSON.stringify({ address, pid: process.pid });
  return `petri node listening on ${address} (${workers} ${workers === 1 ? 'worker' : 'workers'})`;
}
