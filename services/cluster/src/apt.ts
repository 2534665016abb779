import { execFileSync } from 'node:child_process';

/** Installs a package of Debian where this may be done. Whether it could. */
export function aptInstall(name: string, env: NodeJS.ProcessEnv): boolean {
  try {
    if (process.getuid?.() !== 0) return false;
    const options = { stdio: 'ignore', env: { ...env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
    execFileSync('apt-get', ['install', '--yes', '--no-install-recommends', name], options);
    return true;
  } catch {
    return false;
  }
}
