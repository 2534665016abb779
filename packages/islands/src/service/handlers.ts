import { durationFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import type { Handlers } from '@petri/contracts';
import {
  type ArchipelagoService,
  type ArchipelagoSettings,
  type Island,
  type Migration,
  type MigrationTotals,
  NodeState,
} from '@petri/contracts/v1';
import { failedPrecondition, idViolation, invalid, type Violation } from '@petri/core';
import type { Archipelago } from '../archipelago.ts';
import type { Member } from '../membership/members.ts';
import { MAX_COUNT, policyViolations, scheduleViolations, topologyViolations } from '../policy/settings.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;

/** The service, the same on nodes and on coordinators. `now` is of the monotonic clock that members are timed by. */
export function archipelagoHandlers(
  archipelago: Archipelago,
  now: () => number,
): Handlers<typeof ArchipelagoService> {
  const { boards, ledger, membership, host } = archipelago;
  return {
    listNodes: () => ({
      nodes: membership.list().map((member) => nodeMessage(member, now())),
      self: host?.node ?? '',
      leader: archipelago.leader,
    }),
    listIslands: ({ population }) => ({
      islands: livingIslands(membership.list()).filter(
        ({ populations }) => population === '' || populations.some((each) => each.population === population),
      ),
    }),
    getTopology: async () => {
      const [{ settings, revision }, found] = await Promise.all([boards.settings(), boards.plan()]);
      return {
        revision: BigInt(revision),
        topology: settings.topology ?? {},
        ...(found ? { plan: found.plan } : {}),
      };
    },
    setTopology: async ({ topology, expectedRevision }) => {
      if (!topology) throw invalid([{ field: 'topology', description: 'is required' }]);
      refuse(topologyViolations(topology));
      return { revision: BigInt(await boards.set({ topology }, numberOf(expectedRevision))) };
    },
    getMigrationPolicy: async () => {
      const { settings, revision } = await boards.settings();
      return {
        policy: settings.policy ?? {},
        schedule: settings.schedule ?? {},
        revision: BigInt(revision),
      };
    },
    setMigrationPolicy: async ({ policy, schedule, expectedRevision }) => {
      const part: Partial<ArchipelagoSettings> = { ...(policy && { policy }), ...(schedule && { schedule }) };
      refuse([
        ...(policy ? policyViolations(policy) : []),
        ...(schedule ? scheduleViolations(schedule) : []),
      ]);
      return { revision: BigInt(await boards.set(part, numberOf(expectedRevision))) };
    },
    migrate: async ({ id, from, to, population, count }) => {
      const named = { from, to, population, ...(id !== '' && { id }) };
      const found = Object.entries(named).flatMap(([field, value]) => idViolation(field, value) ?? []);
      if (count > MAX_COUNT)
        found.push({ field: 'count', description: `must be at most ${MAX_COUNT}, is ${count}` });
      if (from === to && from !== '') found.push({ field: 'to', description: 'must be another island' });
      refuse(found);
      return { migration: await archipelago.migrate({ id, from, to, population, count: count || 1 }) };
    },
    getMigration: async ({ id }) => ({ migration: await ledger.report(id) }),
    listMigrations: async ({ population, from, to, since, pageSize, pageToken }) => {
      const sinceMs = since ? timestampMs(since) : 0;
      const found = (await ledger.reports()).filter(
        (migration) =>
          (population === '' || migration.population === population) &&
          (from === '' || migration.from === from) &&
          (to === '' || migration.to === to) &&
          (migration.requestedAt ? timestampMs(migration.requestedAt) : 0) >= sinceMs,
      );
      const start = pageToken === '' ? 0 : found.findIndex(({ id }) => id === pageToken) + 1;
      const size = Math.min(pageSize || DEFAULT_PAGE, MAX_PAGE);
      const page = found.slice(start, start + size);
      return {
        migrations: page.map((migration) => ({ ...migration, migrants: [] })),
        totals: totalsOf(found),
        nextPageToken: start + size < found.length ? (page.at(-1)?.id ?? '') : '',
      };
    },
    drain: async ({ resume }) => {
      if (!host) throw failedPrecondition('NO_ISLANDS', 'a coordinator has no islands to drain; ask a node');
      await host.drain(!resume);
      return { state: resume ? NodeState.ALIVE : NodeState.DRAINING };
    },
  };
}

function nodeMessage({ beat, state, heardAt }: Member, now: number) {
  const { node: id, incarnation, address, islands, load } = beat;
  const silence = durationFromMs(Math.max(0, Math.round(now - heardAt)));
  return { id, state: NodeState[state], incarnation, address, islands, silence, ...(load && { load }) };
}

function livingIslands(members: readonly Member[]): Island[] {
  return members
    .filter(({ state }) => state !== 'GONE')
    .flatMap(({ beat }) => beat.islands)
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function totalsOf(migrations: readonly Migration[]): Omit<MigrationTotals, '$typeName'> {
  const sum = (part: (migration: Migration) => number) =>
    BigInt(migrations.reduce((total, migration) => total + part(migration), 0));
  return {
    migrations: BigInt(migrations.length),
    sent: sum(({ sent }) => sent),
    admitted: sum(({ admitted }) => admitted),
    duplicate: sum(({ duplicate }) => duplicate),
    rejected: sum(({ rejected }) => rejected),
    dropped: sum(({ dropped }) => dropped),
    inFlight: sum(({ inFlight }) => inFlight),
  };
}

function refuse(violations: readonly Violation[]): void {
  if (violations.length > 0) throw invalid(violations);
}

function numberOf(revision: bigint | undefined): number | undefined {
  return revision === undefined ? undefined : Number(revision);
}
