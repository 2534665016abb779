import { uint32 } from '../../mapping/numbers.ts';
import { readPage } from '../../mapping/pages.ts';
import { timestamp } from '../../mapping/time.ts';
import type { PopulationRoute } from '../../parts.ts';

export const listPins: PopulationRoute<'listPins'> =
  ({ registry }) =>
  (request) => {
    const { pins, nextPageToken, totalSize } = registry.pins.list(readPage(request));
    return {
      pins: pins.map(({ id, reason, pinnedAtMs }) => ({ id, reason, pinnedAt: timestamp(pinnedAtMs) })),
      nextPageToken,
      totalSize: uint32(totalSize),
    };
  };
