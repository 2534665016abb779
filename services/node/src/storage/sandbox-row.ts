import type { ModuleCode, StoredSandbox } from '@petri/sandbox';

type History = StoredSandbox['modules'][number];
type Version = Omit<History['versions'][number], 'code'>;

/** A sandbox without its state and its code, which have tables of their own. */
type Row = Omit<StoredSandbox, 'modules' | 'stateJson' | 'revision'> & {
  modules: (Omit<History, 'versions'> & { versions: Version[] })[];
};

export function recordText(stored: StoredSandbox): string {
  const modules = stored.modules.map((history) => ({
    ...history,
    versions: history.versions.map((version) => ({ ...version, code: undefined })),
  }));
  // What is undefined is not written.
  return JSON.stringify({ ...stored, modules, stateJson: undefined, revision: undefined });
}

/** @throws Error if code is missing, which no committed write leaves behind. */
export function storedSandbox(
  recordText: string,
  stateJson: string,
  revision: number,
  codes: ReadonlyMap<string, ModuleCode>,
): StoredSandbox {
  const row = JSON.parse(recordText) as Row;
  const modules = row.modules.map((history) => ({
    ...history,
    versions: history.versions.map((version) => {
      const code = codes.get(version.sha256);
      if (code === undefined) throw new Error(`the code ${version.sha256} is missing`);
      return { ...version, code };
    }),
  }));
  return { ...row, modules, stateJson, revision };
}
