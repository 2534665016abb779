import type { ListSandboxesRequest } from '@petri/contracts/v1';
import type { ListQuery } from '@petri/sandbox';
import { defined } from '../defined.ts';
import { readStatus } from '../mapping/enums.ts';
import { readLabels, readPopulation } from '../mapping/labels.ts';
import { uint32 } from '../mapping/numbers.ts';
import { mapped, type Problems } from '../mapping/problems.ts';
import { sandboxMessage } from '../mapping/sandbox.ts';
import { readAge } from '../mapping/time.ts';
import type { SandboxRoute } from '../parts.ts';

/** A page of full records stays well below the message limit. */
const MAX_PAGE = 1000;

export const listSandboxes: SandboxRoute<'listSandboxes'> =
  ({ sandboxesOf }) =>
  (request, context) => {
    const page = sandboxesOf(context).list(mapped((problems) => readQuery(problems, request)));
    return {
      sandboxes: page.sandboxes.map(sandboxMessage),
      nextPageToken: page.nextPageToken,
      totalSize: uint32(page.totalSize),
    };
  };

function readQuery(problems: Problems, request: ListSandboxesRequest): ListQuery {
  const { pageSize, pageToken } = request;
  if (pageSize > MAX_PAGE) problems.add('page_size', `must be at most ${MAX_PAGE}, is ${pageSize}`);
  const statuses = problems.each('statuses', request.statuses, (status) => readStatus(problems, '', status));
  const minAgeMs = readAge(problems, 'min_age', request.minAge);
  const maxAgeMs = readAge(problems, 'max_age', request.maxAge);
  if (minAgeMs !== undefined && maxAgeMs !== undefined && minAgeMs > maxAgeMs)
    problems.add('min_age', 'must not be more than max_age');
  return defined({
    pageSize: pageSize === 0 ? undefined : pageSize,
    pageToken: pageToken === '' ? undefined : pageToken,
    statuses: statuses.length === 0 ? undefined : statuses.filter((status) => status !== undefined),
    population: readPopulation(problems, request.population),
    labels: readLabels(problems, request.labels),
    minAgeMs,
    maxAgeMs,
  });
}
