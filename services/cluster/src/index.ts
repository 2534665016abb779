export { aptInstall } from './apt.ts';
export { natsServerMissing } from './nats-server.ts';
