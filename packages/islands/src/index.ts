export { InProcessHub } from './transport/in-process.ts';
export { connectNats, type NatsOptions } from './transport/nats.ts';
export type {
  Change,
  CollectionBounds,
  Delivery,
  Document,
  Documents,
  InboxBounds,
  InboxState,
  Outgoing,
  Receipt,
  Receiver,
  Subscription,
  Transport,
} from './transport/transport.ts';
