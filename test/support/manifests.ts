/** What deploy/kubernetes starts. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { IStatefulSet } from 'kubernetes-models/apps/v1/StatefulSet';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { parse, parseAllDocuments } from 'yaml';
import type { Manifest } from './kubernetes.ts';

const run = promisify(execFile);
export const DIRECTORY = new URL('../../deploy/kubernetes/', import.meta.url).pathname;
const NAMESPACE = 'petri';

export const files = readdirSync(DIRECTORY).filter(
  (name) => name.endsWith('.yaml') && name !== 'kustomization.yaml',
);
export const manifests = files.flatMap((name) =>
  parseAllDocuments(readFileSync(join(DIRECTORY, name), 'utf8')).map(
    (document) => document.toJS() as Manifest,
  ),
);
export const ofKind = <T>(kind: string) => manifests.filter((each) => each.kind === kind) as unknown as T[];
export const sets = ofKind<IStatefulSet>('StatefulSet');
export const named = (name: string) => sets.find(({ metadata }) => metadata?.name === name)!;
export const podOf = ({ spec }: IStatefulSet): IPodSpec => spec!.template.spec!;
export const containerOf = (set: IStatefulSet): IContainer => podOf(set).containers[0]!;
export const podName = (set: IStatefulSet, index: number) => `${set.metadata!.name}-${index}`;

type Kustomization = {
  resources?: string[];
  secretGenerator?: Generator[];
  configMapGenerator?: Generator[];
};
type Generator = { name: string; files: string[] };

export function kustomizationIn(directory: string): Kustomization {
  return parse(readFileSync(join(directory, 'kustomization.yaml'), 'utf8')) as Kustomization;
}

/** As Kubernetes makes it for the pod of that number, from 0. */
export function environmentOf(set: IStatefulSet, index = 0): Record<string, string> {
  const env: Record<string, string> = {};
  for (const { name, value, valueFrom } of containerOf(set).env ?? []) {
    const field = valueFrom?.fieldRef?.fieldPath === 'metadata.namespace' ? NAMESPACE : podName(set, index);
    env[name] = valueFrom ? field : expanded(value ?? '', env);
  }
  return env;
}

/** References to variables as Kubernetes writes them. */
export function expanded(text: string, env: Record<string, string>): string {
  return text.replace(/\$\((\w+)\)/g, (reference, name: string) => env[name] ?? reference);
}

/** What the script for secrets makes in a directory: files by the Secret or ConfigMap that they are of. */
export async function makeSecrets(directory: string, ...counts: number[]): Promise<Map<string, string[]>> {
  await run('sh', [join(DIRECTORY, 'secrets.sh'), directory, ...counts.map(String)]);
  const { secretGenerator = [], configMapGenerator = [] } = kustomizationIn(directory);
  return new Map(
    [...secretGenerator, ...configMapGenerator].map(({ name, files: made }) => [
      name,
      made.map((file) => join(directory, file)),
    ]),
  );
}
