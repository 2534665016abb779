import { createHash, timingSafeEqual } from 'node:crypto';
import { isRole, type Role, ROLES } from './roles.ts';

/** One that callers may present. The token itself is not kept. */
export type TokenEntry = { name: string; role: Role; digest: Buffer };

/** Fewer characters can be guessed: 16 of base64 are 96 bits. */
const MIN_LENGTH = 16;

/** The token68 of RFC 9110, which may stand in a header as it is. */
const WELL_FORMED = /^[A-Za-z0-9._~+/-]+=*$/;

/** What follows the last "@" is the tenant. */
const NAME = /^[\w.@-]{0,63}[\w.-]$/;

/** Digests are compared, so that neither length nor content of a token shows in the time that takes. */
export function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Looks at every entry, whichever it is. */
export function findToken(entries: readonly TokenEntry[], token: string): TokenEntry | undefined {
  const digest = digestOf(token);
  let found: TokenEntry | undefined;
  for (const entry of entries) if (timingSafeEqual(entry.digest, digest)) found = entry;
  return found;
}

/**
 * `name:role:token`, separated by commas.
 *
 * @throws Error that says which entry is wrong, and never what the token is.
 */
export function parseTokenList(text: string): readonly TokenEntry[] {
  const items = text.split(',').map((item) => item.trim());
  const entries = items.map((item, index) => {
    const [name, role, token, ...rest] = item.split(':');
    const where = `entry ${index + 1}`;
    if (token === undefined || rest.length > 0) throw new Error(`${where} is not name:role:token`);
    return entryOf(where, name ?? '', role ?? '', token);
  });
  return checkedTokens(entries);
}

/**
 * Lines of `role token [name]`; empty lines, and what follows a #, are skipped.
 *
 * @throws Error that says which line is wrong, and never what the token is.
 */
export function parseTokenFile(text: string): TokenEntry[] {
  return text.split('\n').flatMap((line, index) => {
    const words = line.replace(/#.*/, '').split(/\s+/).filter(Boolean);
    if (words.length === 0) return [];
    const [role, token, name, ...rest] = words;
    const where = `line ${index + 1}`;
    if (token === undefined || rest.length > 0) throw new Error(`${where} is not: role token [name]`);
    return [entryOf(where, name ?? `${role}-${index + 1}`, role ?? '', token)];
  });
}

/** The entries. @throws Error about two of them that cannot both be meant. */
export function checkedTokens(entries: readonly TokenEntry[]): readonly TokenEntry[] {
  const names = new Map<string, Role>();
  const digests = new Map<string, string>();
  for (const { name, role, digest } of entries) {
    const other = digests.get(digest.toString('hex'));
    if (other !== undefined) throw new Error(`"${other}" and "${name}" have the same token`);
    digests.set(digest.toString('hex'), name);
    // The same role is a token that is being replaced by another.
    const before = names.get(name) ?? role;
    if (before !== role) throw new Error(`"${name}" is both ${before} and ${role}`);
    names.set(name, role);
  }
  return entries;
}

function entryOf(where: string, name: string, role: string, token: string): TokenEntry {
  if (!isRole(role)) throw new Error(`${where} has no role: it must be one of ${ROLES.join(', ')}`);
  if (!NAME.test(name))
    throw new Error(
      `${where} needs a name of at most 64 letters, digits, ".", "_", "-" and "@", and no "@" at its end`,
    );
  if (token.length < MIN_LENGTH)
    throw new Error(`${where} has a token of fewer than ${MIN_LENGTH} characters`);
  if (!WELL_FORMED.test(token))
    throw new Error(`${where} has a token with other characters than letters, digits and "-._~+/"`);
  return { name, role, digest: digestOf(token) };
}
