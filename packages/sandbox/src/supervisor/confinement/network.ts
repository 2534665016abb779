const UNSHARE = '/usr/bin/unshare';
// A network without interfaces (loopback is down), and shared memory and message queues of its own.
const ALONE = ['--net', '--ipc'];

/** Cuts what follows off from every network, with the rights of root. */
export function offline(): string[] {
  return [UNSHARE, ...ALONE];
}

/** The same for any user, by a user namespace. What follows has all capabilities in there, and should drop them. */
export function offlineAsUser(): string[] {
  return [UNSHARE, '--user', '--map-current-user', '--keep-caps', ...ALONE];
}
