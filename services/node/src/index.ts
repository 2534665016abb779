export { loadConfig, type NodeConfig } from './config.ts';
export { type NodeOptions, type RunningNode, startNode } from './server.ts';
export { openStorage, type Storage } from './storage/open.ts';
