import type { Role } from './roles.ts';

/** Who makes a call. */
export type Identity = {
  /** Of the token or certificate, for logs and quotas; several tokens may share one. */
  name: string;
  /** Those of one tenant share its sandboxes and its quota. */
  tenant: string;
  /** Undefined only where the method asks for none. */
  role: Role | undefined;
  /** What proved it. `nothing`: the node is open, or the method is. */
  by: 'token' | 'certificate' | 'nothing';
};

/** Everybody, on a node that asks for no authentication. */
export const OPEN: Identity = { name: 'anyone', tenant: 'anonymous', role: 'admin', by: 'nothing' };

/** Everybody, on a method that asks for no role. */
export const ANONYMOUS: Identity = { name: 'anonymous', tenant: 'anonymous', role: undefined, by: 'nothing' };

/** `ann@lab` is of the tenant `lab`, and `ann` of her own. A URI is taken as it is. */
export function tenantOf(name: string): string {
  return name.includes('://') ? name : name.slice(name.lastIndexOf('@') + 1);
}
