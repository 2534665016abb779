import { execFile } from 'node:child_process';
import { inheritedDescriptors } from './descriptors.ts';
import { limited } from './limits.ts';
import { offline, offlineAsUser } from './network.ts';
import { endedFirst } from './out-of-memory.ts';
import { asUser, unprivileged } from './privileges.ts';

/** What workers are started under. */
export type Confinement = {
  /** Commands that each run what follows them, and take something away from it. */
  commands: readonly string[];
  /** Descriptors to be hidden from them. */
  hidden: readonly number[];
};

// "nobody": owns no files, so it can read only what everybody can.
const NOBODY = 65_534;
const READS_ALL = 'for file; do test -r "$file" || exit 1; done';
const TRIAL_MS = 5_000;

/**
 * The strictest confinement that this system allows (a container may forbid namespaces, macOS has none), found by
 * trying. What holds in the end is read from the kernel: see protections.ts.
 *
 * @param files what a confined process has to be able to read
 */
export async function findConfinement(files: readonly string[]): Promise<Confinement> {
  return { commands: await findCommands(files), hidden: inheritedDescriptors() };
}

async function findCommands(files: readonly string[]): Promise<string[]> {
  const works = (commands: string[]) => tryOut(commands, files);
  const root = process.getuid?.() === 0;
  const uid = root ? NOBODY : undefined;
  const outer: string[] = [];
  for (const command of [limited(), endedFirst()]) if (await works(command)) outer.push(...command);

  const candidates = [
    ...(root ? [[...offline(), ...unprivileged(uid)]] : []),
    [...(uid === undefined ? [] : asUser(uid)), ...offlineAsUser(), ...unprivileged()],
    unprivileged(uid),
  ];
  for (const inner of candidates) if (await works([...outer, ...inner])) return [...outer, ...inner];
  if (!root) return outer;

  process.emitWarning(`workers run as root: user ${NOBODY} can't be taken on, or can't read ${files[0]}`);
  for (const inner of [[...offline(), ...unprivileged()], unprivileged()])
    if (await works([...outer, ...inner])) return [...outer, ...inner];
  return outer;
}

function tryOut([command, ...args]: string[], files: readonly string[]): Promise<boolean> {
  if (command === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    const trial = [...args, '/bin/sh', '-c', READS_ALL, 'sh', ...files];
    execFile(command, trial, { env: {}, timeout: TRIAL_MS }, (error) => resolve(error === null));
  });
}
