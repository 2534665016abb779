import { helpOf } from '@petri/serving';
import { VARIABLES } from './config.ts';

export const HELP = helpOf({
  title: 'petri coordinator: leads an archipelago of nodes over NATS, and answers for it over gRPC',
  command: 'npm run coordinator',
  variables: VARIABLES,
});

export function readyLine(address: string, id: string, json: boolean): string {
  if (json) return JSON.stringify({ address, pid: process.pid });
  return `petri coordinator "${id}" listening on ${address}`;
}
