import { alreadyExists, invalid, notFound } from '@petri/core';
import type { Limits } from './limits.ts';
import type { SandboxRecord } from './record.ts';
import type { ListPage, ListQuery, SandboxStatus } from './api/sandbox.ts';
import type { Holdings } from './api/usage.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;

/** The cause of a not_found: there is a sandbox of that id, and it is somebody else's. Never crosses the wire. */
export class ForeignSandbox extends Error {
  override readonly name = 'ForeignSandbox';
}

/** All sandboxes of the node, by id. */
export class Catalog {
  readonly #records = new Map<string, SandboxRecord>();
  /** By id: a page of 100,000 sandboxes must not cost sorting them. */
  readonly #ordered: SandboxRecord[] = [];
  readonly #holdings = new Map<string, Holdings>();

  get holdings(): ReadonlyMap<string, Readonly<Holdings>> {
    return this.#holdings;
  }

  get size(): number {
    return this.#records.size;
  }

  /** @throws PetriError already_exists */
  add(record: SandboxRecord): void {
    const { id } = record.identity;
    if (this.#records.has(id)) throw alreadyExists('sandbox', id);
    this.#records.set(id, record);
    this.#hold(record, 1, record.limits.memoryBytes);
    this.#ordered.splice(firstAfter(this.#ordered, id), 0, record);
  }

  remove(record: SandboxRecord): void {
    const { id } = record.identity;
    if (this.#records.get(id) !== record) return;
    this.#records.delete(id);
    this.#ordered.splice(firstAfter(this.#ordered, id) - 1, 1);
    this.#hold(record, -1, -record.limits.memoryBytes);
  }

  setLimits(record: SandboxRecord, limits: Limits, nowMs: number): void {
    if (this.#records.get(record.identity.id) === record)
      this.#hold(record, 0, limits.memoryBytes - record.limits.memoryBytes);
    record.setLimits(limits, nowMs);
  }

  #hold({ identity: { tenant } }: SandboxRecord, sandboxes: number, memoryBytes: number): void {
    const held = this.#holdings.get(tenant) ?? { sandboxes: 0, memoryBytes: 0 };
    held.sandboxes += sandboxes;
    held.memoryBytes += memoryBytes;
    if (held.sandboxes > 0) this.#holdings.set(tenant, held);
    else this.#holdings.delete(tenant);
  }

  find(id: string): SandboxRecord | undefined {
    return this.#records.get(id);
  }

  /** @throws PetriError not_found, the same whether there is none or it is none of that tenant's */
  require(id: string, tenant?: string): SandboxRecord {
    const record = this.#records.get(id);
    if (record === undefined) throw notFound('sandbox', id);
    if (tenant !== undefined && record.identity.tenant !== tenant)
      throw notFound('sandbox', id, { cause: new ForeignSandbox(`"${id}" is another tenant's`) });
    return record;
  }

  ids(): string[] {
    return [...this.#records.keys()];
  }

  has(id: string): boolean {
    return this.#records.has(id);
  }

  countByStatus(): Partial<Record<SandboxStatus, number>> {
    const counts: Partial<Record<SandboxStatus, number>> = {};
    for (const { status } of this.#records.values()) counts[status] = (counts[status] ?? 0) + 1;
    return counts;
  }

  /**
   * A page in order of ids. The token names the last id seen, so that what comes and goes between pages neither repeats
   * nor hides anything else.
   *
   * @throws PetriError invalid_argument
   */
  list(query: ListQuery, nowMs: number): ListPage {
    const size = Math.min(query.pageSize || DEFAULT_PAGE, MAX_PAGE);
    const after = query.pageToken ? decodeToken(query.pageToken) : '';
    const matching = selects(query)
      ? this.#ordered.filter((record) => matches(record, query, nowMs))
      : this.#ordered;
    const start = after === '' ? 0 : firstAfter(matching, after);
    const page = matching.slice(start, start + size);
    const last = page.at(-1);
    return {
      sandboxes: page.map((record) => record.info()),
      nextPageToken:
        last !== undefined && matching.length > start + size ? encodeToken(last.identity.id) : '',
      totalSize: matching.length,
    };
  }
}

/** Where the first id greater than this one is, in a list in order of ids. */
function firstAfter(ordered: readonly SandboxRecord[], id: string): number {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ordered[middle]?.identity.id ?? '') > id) high = middle;
    else low = middle + 1;
  }
  return low;
}

function selects(query: ListQuery): boolean {
  const { tenant, statuses = [], population, labels = {}, minAgeMs, maxAgeMs } = query;
  const aged = minAgeMs !== undefined || maxAgeMs !== undefined;
  return (
    tenant !== undefined || statuses.length > 0 || !!population || Object.keys(labels).length > 0 || aged
  );
}

function matches({ identity, status }: SandboxRecord, query: ListQuery, nowMs: number): boolean {
  const { tenant, statuses, population, labels, minAgeMs, maxAgeMs } = query;
  const age = nowMs - identity.createdAtMs;
  return (
    (tenant === undefined || identity.tenant === tenant) &&
    (statuses === undefined || statuses.length === 0 || statuses.includes(status)) &&
    (!population || identity.population === population) &&
    Object.entries(labels ?? {}).every(([key, value]) => identity.labels[key] === value) &&
    (minAgeMs === undefined || age >= minAgeMs) &&
    (maxAgeMs === undefined || age <= maxAgeMs)
  );
}

const TOKEN = 'after:';

function encodeToken(id: string): string {
  return Buffer.from(TOKEN + id).toString('base64url');
}

function decodeToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith(TOKEN))
    throw invalid([{ field: 'page_token', description: 'is not a token that ListSandboxes gave' }]);
  return text.slice(TOKEN.length);
}
