/** Kubernetes' own schemas, without a cluster. */
import { execFile } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryDirectory } from './directory.ts';

const run = promisify(execFile);
const LIBRARIES = new URL('../../node_modules', import.meta.url).pathname;

export type Manifest = { apiVersion: string; kind: string };
type Model = new (data: Manifest) => { validate(): void };

/**
 * What is wrong with manifests, in sentences: values that the schemas refuse, fields that are missing, and those that there
 * are none of. The last two are told by types made of the same schemas, which let everything else pass.
 */
export async function problemsOf(manifests: readonly Manifest[]): Promise<string[]> {
  const refused = await Promise.all(manifests.map(refusal));
  return [...refused.filter((problem) => problem !== undefined), ...(await typeErrors(manifests))];
}

const moduleOf = ({ apiVersion, kind }: Manifest) => `kubernetes-models/${apiVersion}/${kind}`;

async function refusal(manifest: Manifest): Promise<string | undefined> {
  try {
    const { [manifest.kind]: Kind } = (await import(moduleOf(manifest))) as Record<string, Model>;
    new Kind!(manifest).validate();
    return undefined;
  } catch (thrown) {
    return `${manifest.apiVersion}/${manifest.kind}: ${(thrown as Error).message}`;
  }
}

async function typeErrors(manifests: readonly Manifest[]): Promise<string[]> {
  using directory = temporaryDirectory();
  const file = join(directory.path, 'manifests.ts');
  const declarations = manifests.map(
    (manifest, index) =>
      `export const manifest${index}: import('${moduleOf(manifest)}').I${manifest.kind} = ${JSON.stringify(manifest)};\n`,
  );
  writeFileSync(file, declarations.join(''));
  symlinkSync(LIBRARIES, join(directory.path, 'node_modules'));
  const compiler = join(LIBRARIES, '.bin/tsc');
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
  try {
    await run(compiler, [...options, file], { cwd: directory.path });
    return [];
  } catch (thrown) {
    const { stdout } = thrown as { stdout: string };
    return stdout.split('\n').filter((line) => line.includes('error'));
  }
}
