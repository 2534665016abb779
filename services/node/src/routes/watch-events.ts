import { readEventFilter, eventsMessage } from '../mapping/events.ts';
import { mapped } from '../mapping/problems.ts';
import type { EventRoute } from '../parts.ts';

export const watchEvents: EventRoute<'watchEvents'> = ({ events, sandboxesOf }) =>
  async function* (request, context) {
    const { signal } = context;
    const { scope: tenant } = sandboxesOf(context);
    const filter = { ...mapped((problems) => readEventFilter(problems, request)), tenant };
    const cursor = request.cursor === '' ? {} : { cursor: request.cursor };
    for await (const page of events.log.watch({ filter, ...cursor, signal })) yield eventsMessage(page);
  };
