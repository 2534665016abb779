import { uint32 } from '../../mapping/numbers.ts';
import { readPage } from '../../mapping/pages.ts';
import { timestamp } from '../../mapping/time.ts';
import type { PopulationRoute } from '../../parts.ts';

export const listPins: PopulationRoute<'listPins'> =
  ({ registryOf }) =>
  (request, context) => {
    const { pins, nextPageToken, totalSize } = registryOf(context).pins.list(readPage(request));
    return {
      pins: pins.map(({ pinnedAtMs, ...pin }) => ({ ...pin, pinnedAt: timestamp(pinnedAtMs) })),
      nextPageToken,
      totalSize: uint32(totalSize),
    };
  };
