import { execFileSync } from 'node:child_process';

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

/** Installs a package of Debian where this may be done. Whether it could. */
function aptInstall(name: string, env: NodeJS.ProcessEnv): boolean {
  try {
    if (process.getuid?.() !== 0) return false;
    const options = { stdio: 'ignore', env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
    execFileSync('apt-get', ['install', '--yes', '--no-install-recommends', name], options);
    return true;
  } catch {
    return false;
  }
}
