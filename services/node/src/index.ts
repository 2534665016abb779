export { loadConfig, type NodeConfig } from './config.ts';
export { type NodeOptions, type RunningNode, startNode } from './server.ts';
