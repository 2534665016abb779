import type { Module } from '../genome.ts';
import type { SandboxInfo } from './sandbox.ts';

export type ReloadSpec = {
  modules: Module[];
  remove?: string[];
  /** Default: the present entry. */
  entry?: string;
  /** Expression of a function (state, {from, to}) => state. Default: the entry's export `migrate`. */
  stateHandler?: string;
  expectedRevision?: number;
  loadTimeoutMs?: number;
};

export type RollbackSpec = {
  /** Default: the entry module. */
  module?: string;
  /** Default: the newest kept version older than the active one. */
  version?: number;
  stateHandler?: string;
  expectedRevision?: number;
  loadTimeoutMs?: number;
};

export type ReloadAnswer = { result: 'RELOADED' | 'NO_CHANGE'; sandbox: SandboxInfo };
