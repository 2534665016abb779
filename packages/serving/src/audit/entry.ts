import type { Identity } from '../auth/identity.ts';

/** What serves. */
export type ServiceKind = 'node' | 'coordinator';

/** Whose call it is, and where it comes from. */
export type Caller = { identity: Identity | undefined; peer: string };

/** Something that matters to security. No text of a caller's beyond names and ids, and never a token. */
export type AuditEntry = {
  /**
   * `refused`: a caller was not let in, lacks a role, or is past a quota. `change`: a caller changed something, or tried
   * to. `kill`: a run was ended by killing its worker. `stop`: a sandbox was stopped for
   * taking too many workers down. `collect`: a sandbox was destroyed as garbage.
   */
  event:
    | `${ServiceKind}.${'start' | 'insecure' | 'stop'}`
    | 'refused'
    | 'refused.more'
    | 'change'
    | 'kill'
    | 'stop'
    | 'collect'
    | 'audit.reopened'
    | 'audit.lost';
  caller?: Caller;
  /** Such as `/petri.v1.SandboxService/Run`. */
  rpc?: string;
  sandbox?: string;
  /** Whose sandbox or quota it is about, where there is no caller. */
  tenant?: string;
  population?: string;
  migration?: string;
  requestId?: string;
  /** `OK`, or the gRPC code, such as `PERMISSION_DENIED`. */
  result?: string;
  /** Stable, such as `ROLE_TOO_LOW`; of a kill, its outcome; of garbage, why it is. */
  reason?: string;
  /** For people. */
  message?: string;
  count?: number;
};

/** What callers choose freely is cut to this, in characters. */
const MAX_TEXT = 256;

/** One line of JSON, whatever is in the entry: what would end a line is escaped. */
export function lineOf(entry: AuditEntry, nowMs: number): string {
  const { event, caller, rpc, sandbox, tenant, population, migration, requestId } = entry;
  const { result, reason, message, count } = entry;
  const identity = caller?.identity;
  const line = {
    time: new Date(nowMs).toISOString(),
    event,
    who: identity && { name: identity.name, tenant: identity.tenant, role: identity.role, by: identity.by },
    peer: caller?.peer,
    rpc,
    sandbox: clipped(sandbox),
    tenant,
    population: clipped(population),
    migration: clipped(migration),
    request_id: clipped(requestId),
    result,
    reason,
    message: clipped(message),
    count,
  };
  return `${JSON.stringify(line)}\n`;
}

function clipped(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  return text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT)}…`;
}
