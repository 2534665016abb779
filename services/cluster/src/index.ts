export { natsServerMissing } from './nats-server.ts';
