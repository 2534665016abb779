const SETPRIV = '/usr/bin/setpriv';

/** Another user for what follows, in no group but that user's. */
export function asUser(uid: number): string[] {
  return [SETPRIV, ...userFlags(uid)];
}

/** No capabilities for what follows, and none to be had; as another user, if one is given. */
export function unprivileged(uid?: number): string[] {
  return [
    SETPRIV,
    ...(uid === undefined ? [] : userFlags(uid)),
    '--inh-caps=-all',
    '--ambient-caps=-all',
    '--bounding-set=-all',
    '--no-new-privs',
    // A worker in an endless loop would outlive a supervisor that is killed: the kernel ends it.
    '--pdeathsig=KILL',
  ];
}

function userFlags(uid: number): string[] {
  return [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
}
