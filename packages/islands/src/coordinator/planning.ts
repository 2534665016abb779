import { create, equals, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type ArchipelagoPlan,
  ArchipelagoPlanSchema,
  type ArchipelagoSettings,
  ArchipelagoSettingsSchema,
} from '@petri/contracts/v1';
import type { Member } from '../membership/members.ts';
import { seeded } from '../policy/random.ts';
import { rulesOf } from '../policy/settings.ts';
import { edgesOf } from '../policy/topology.ts';

/** Islands that take part: a node that is suspect may only be slow. One that drains does not, heard or not. */
export function livingIslands(members: readonly Member[]): string[] {
  const living = members.filter(
    ({ state, beat }) => (state === 'ALIVE' || state === 'SUSPECT') && !beat.draining,
  );
  return [...new Set(living.flatMap(({ beat }) => beat.islands.map(({ id }) => id)))].toSorted();
}

/** The next plan; undefined while the one in force still fits. */
export function nextPlan(
  current: ArchipelagoPlan | undefined,
  settings: ArchipelagoSettings,
  islands: readonly string[],
  made: Pick<MessageInitShape<typeof ArchipelagoPlanSchema>, 'leader' | 'madeAt'>,
): ArchipelagoPlan | undefined {
  const known = current?.settings;
  const same = known && equals(ArchipelagoSettingsSchema, known, settings);
  if (same && current.islands.join('\0') === islands.join('\0')) return undefined;
  const epoch = (current?.epoch ?? 0n) + 1n;
  const edges = edgesOf(rulesOf(settings).topology, islands, seeded('topology', epoch));
  return create(ArchipelagoPlanSchema, { ...made, epoch, settings, islands: [...islands], edges });
}
