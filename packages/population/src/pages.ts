import { invalid, type PetriError } from '@petri/core';

export type PageQuery = {
  /** Default 100. */
  pageSize?: number;
  /** Default: the first page. */
  pageToken?: string;
};

const DEFAULT_PAGE = 100;
/** A page of full records stays well below the message limit. */
const MAX_PAGE = 1000;

export function pageSizeOf({ pageSize = DEFAULT_PAGE }: PageQuery): number {
  if (pageSize >= 1 && pageSize <= MAX_PAGE) return pageSize;
  throw invalid([{ field: 'page_size', description: `must be 1 to ${MAX_PAGE}, is ${pageSize}` }]);
}

/** A token that names the last one seen, so that what comes and goes between pages neither repeats nor hides another. */
export function tokenAfter(last: unknown): string {
  return Buffer.from(JSON.stringify(last)).toString('base64url');
}

/** What a token was made of, if `isLast` accepts it. @throws PetriError `invalid_argument` */
export function lastSeen<T>(token: string, isLast: (value: unknown) => value is T): T {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw badToken();
  }
  if (!isLast(value)) throw badToken();
  return value;
}

function badToken(): PetriError {
  return invalid([{ field: 'page_token', description: 'is not a token that this call gave' }]);
}

const isText = (value: unknown): value is string => typeof value === 'string';

/** The ids of one page, of all in order. */
export function pageOfIds(
  ascending: readonly string[],
  query: PageQuery,
): { ids: readonly string[]; nextPageToken: string } {
  const size = pageSizeOf(query);
  const after = query.pageToken ? lastSeen(query.pageToken, isText) : undefined;
  const from = after === undefined ? 0 : firstAfter(ascending, after);
  const ids = ascending.slice(from, from + size);
  return { ids, nextPageToken: from + size < ascending.length ? tokenAfter(ids.at(-1)) : '' };
}

function firstAfter(ascending: readonly string[], after: string): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
