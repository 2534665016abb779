import type { Role } from './roles.ts';

/** Who makes a call. */
export type Identity = {
  /** Of the token or certificate, for logs and quotas; several tokens may share one. */
  name: string;
  /** Undefined only where the method asks for none. */
  role: Role | undefined;
  /** What proved it. `nothing`: the node is open, or the method is. */
  by: 'token' | 'certificate' | 'nothing';
};

/** Everybody, on a node that asks for no authentication. */
export const OPEN: Identity = { name: 'anyone', role: 'admin', by: 'nothing' };

/** Everybody, on a method that asks for no role. */
export const ANONYMOUS: Identity = { name: 'anonymous', role: undefined, by: 'nothing' };
