import { execFileSync } from 'node:child_process';
import { aptInstall } from './apt.ts';

/** Why there is no nats-server to run, in a sentence; false if there is one, installed from Debian if need be. */
export function natsServerMissing(env: NodeJS.ProcessEnv): string | false {
  if (isThere(env) || (aptInstall('nats-server', env) && isThere(env))) return false;
  return 'there is no nats-server on the PATH, and it could not be installed by "apt-get install nats-server"';
}

function isThere(env: NodeJS.ProcessEnv): boolean {
  try {
    execFileSync('nats-server', ['--version'], { stdio: 'ignore', env });
    return true;
  } catch {
    return false;
  }
}
