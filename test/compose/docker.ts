/** Docker's own command. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

type Failed = { stdout?: string; stderr?: string; message: string };

/** Why there is no cluster to be had here; undefined if there is. */
export async function withoutEngine(): Promise<string | undefined> {
  try {
    await run('docker', ['compose', 'version']);
    await run('docker', ['info', '--format', '{{.ServerVersion}}']);
    return undefined;
  } catch (error) {
    return `no Docker engine with Compose answers (${firstLine(error)}): install Docker, or start it`;
  }
}

/** Answers what it prints, run in the repository. Throws with both its outputs if it fails. */
export async function docker(args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  return (await outputs(args, env)).stdout.trim();
}

/** What a container said last. */
export async function lastWords(container: string): Promise<string> {
  const { stdout, stderr } = await outputs(['logs', '--tail', '5', container], {});
  return `${stdout}${stderr}`.trim();
}

async function outputs(args: readonly string[], env: Record<string, string>) {
  try {
    const options = { cwd: ROOT, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
    return await run('docker', args, options);
  } catch (error) {
    const { stdout = '', stderr = '' } = error as Failed;
    throw new Error(`docker ${args.join(' ')}:\n${stdout}\n${stderr}`, { cause: error });
  }
}

/** Of what Docker complained of. */
export function firstLine(error: unknown): string {
  const { stderr, message } = ((error as { cause?: Failed }).cause ?? error) as Failed;
  return (stderr?.trim() || message).split('\n')[0]!;
}
