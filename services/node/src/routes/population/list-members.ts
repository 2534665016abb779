import { uint32 } from '../../mapping/numbers.ts';
import { readPage } from '../../mapping/pages.ts';
import { memberMessage } from '../../mapping/population.ts';
import { mapped } from '../../mapping/problems.ts';
import type { PopulationRoute } from '../../parts.ts';

export const listMembers: PopulationRoute<'listMembers'> =
  ({ registryOf }) =>
  (request, context) => {
    const id = mapped((problems) => problems.id('population', request.population));
    const { members, nextPageToken, totalSize } = registryOf(context).populations.listMembers(
      id,
      readPage(request),
    );
    return { members: members.map(memberMessage), nextPageToken, totalSize: uint32(totalSize) };
  };
