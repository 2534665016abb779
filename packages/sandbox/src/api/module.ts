import type { ModuleCode } from '../genome.ts';

export type ModuleVersionInfo = {
  module: string;
  version: number;
  language: ModuleCode['language'];
  sha256: string;
  sizeBytes: number;
  loadedAtMs: number;
  active: boolean;
  code: ModuleCode;
};

/** `activeVersion` is 0 while the module is not part of the genome; versions are newest first. */
export type ModuleHistoryInfo = {
  module: string;
  activeVersion: number;
  totalVersions: number;
  versions: ModuleVersionInfo[];
};
