import { RECEIVER, streamOf } from './nats-inbox.ts';
import { bucketOf, inboxPrefix, PREFIX, subjectOf, token } from './nats-names.ts';

/** Who connects to the archipelago's NATS. */
export type NatsIdentity =
  | { role: 'node'; name: string; islands: readonly string[]; mayLead: boolean }
  | { role: 'coordinator'; name: string };

/** Subjects that a user may publish and subscribe to; whatever is not listed is refused. */
export type NatsPermissions = { publish: readonly string[]; subscribe: readonly string[] };

const API = '$JS.API';
const PRESENCE = `${PREFIX}.topic.presence`;
const NODES = bucketOf('nodes');
const COORDINATION = bucketOf('coordination');
const MIGRATIONS = bucketOf('migrations');

/**
 * What somebody needs, and no more. Who may make a stream may have it copy another, and who may make a consumer may have it
 * deliver anywhere: so only who leads makes inboxes and buckets, and nodes use what is there.
 */
export function natsPermissions(identity: NatsIdentity): NatsPermissions {
  const answers = `${inboxPrefix(identity.name)}.>`;
  const publish = [...EVERYBODY, ...(identity.role === 'node' ? ofNode(identity) : LEADER)];
  return { publish, subscribe: [`${PRESENCE}.*`, answers] };
}

const EVERYBODY: readonly string[] = [
  `${API}.INFO`,
  // Names and counts, which every report of a migration tells as well.
  `${API}.STREAM.INFO.*`,
  ...reading(COORDINATION, '>'),
  ...reading(MIGRATIONS, '>'),
  ...watching(COORDINATION, 'plan.>'),
  // Either side of a migration writes into its record.
  `$KV.${MIGRATIONS}.>`,
];

const LEADER: readonly string[] = [
  `$KV.${COORDINATION}.>`,
  ...watching(COORDINATION, '>'),
  `${API}.STREAM.CREATE.*`,
  `${API}.STREAM.UPDATE.*`,
  `${API}.CONSUMER.DURABLE.CREATE.*.*`,
  `${API}.CONSUMER.CREATE.*.*`,
];

function ofNode({ name, islands, mayLead }: Extract<NatsIdentity, { role: 'node' }>): string[] {
  const start = `incarnations.${subjectOf(name)}`;
  return [
    `${PRESENCE}.${subjectOf(name)}`,
    `$KV.${NODES}.${start}`,
    ...reading(NODES, start),
    ...islands.flatMap(ofIsland),
    ...(mayLead ? LEADER : []),
  ];
}

function ofIsland(island: string): string[] {
  const receiver = `${streamOf(island)}.${RECEIVER}`;
  return [
    `${PREFIX}.inbox.*.${token(island)}`,
    // The records of what the island was asked for, as the ledger names them.
    ...watching(MIGRATIONS, `of.${subjectOf(island)}.>`),
    `${API}.CONSUMER.INFO.${receiver}`,
    `${API}.CONSUMER.MSG.NEXT.${receiver}`,
    `$JS.ACK.${receiver}.>`,
  ];
}

function reading(bucket: string, keys: string): string[] {
  return [`${API}.DIRECT.GET.KV_${bucket}.$KV.${bucket}.${keys}`];
}

function watching(bucket: string, keys: string): string[] {
  return [
    `${API}.CONSUMER.CREATE.KV_${bucket}.*.$KV.${bucket}.${keys}`,
    `${API}.CONSUMER.INFO.KV_${bucket}.*`,
    `${API}.CONSUMER.DELETE.KV_${bucket}.*`,
    `$JS.FC.KV_${bucket}.>`,
  ];
}
