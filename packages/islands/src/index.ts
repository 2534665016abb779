export { Archipelago, type ArchipelagoOptions, type MigrateRequest } from './archipelago.ts';
export { INBOX } from './coordinator/inboxes.ts';
export type { Member, MembershipEvent, MemberState } from './membership/members.ts';
export { Sealer, type SigningKey } from './migration/envelope.ts';
export type { OnMigration, Travel } from './migration/events.ts';
export { genomeSha256 } from './migration/genome-hash.ts';
export type { Arrival, Assessed, IslandPort, Packed } from './migration/port.ts';
export { Refusal } from './migration/refusal.ts';
export type { Individual } from './policy/individual.ts';
export { leadingSentence, membershipSentence } from './sentences.ts';
export { archipelagoHandlers } from './service/handlers.ts';
export {
  type ArchipelagoConfig,
  archipelagoVariables,
  fileContent,
  openTransport,
  readArchipelago,
} from './settings.ts';
export { InProcessHub } from './transport/in-process.ts';
export { connectNats, type NatsOptions } from './transport/nats.ts';
export { type NatsIdentity, natsPermissions } from './transport/nats-permissions.ts';
export type { Transport } from './transport/transport.ts';
