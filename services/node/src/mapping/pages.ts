import type { PageQuery } from '@petri/population';
import { defined } from '../defined.ts';

/** 0 and '' take the defaults. */
export function readPage({ pageSize, pageToken }: { pageSize: number; pageToken: string }): PageQuery {
  return defined({
    pageSize: pageSize === 0 ? undefined : pageSize,
    pageToken: pageToken === '' ? undefined : pageToken,
  });
}
