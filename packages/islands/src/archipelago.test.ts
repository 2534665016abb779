import { startNatsServer, WITHOUT_NATS } from '../../../test/support/nats-server.ts';
import { pace } from '../test/archipelago.ts';
import { archipelagoCompliance } from '../test/archipelago-compliance.ts';
import { InProcessHub } from './transport/in-process.ts';
import { connectNats } from './transport/nats.ts';

archipelagoCompliance('in process', false, async () => {
  Object.assign(pace, { beatMs: 20, leaseMs: 120 });
  const hub = new InProcessHub();
  return { connect: async () => hub.connect(), [Symbol.asyncDispose]: async () => undefined };
});

archipelagoCompliance('NATS', WITHOUT_NATS, async () => {
  Object.assign(pace, { beatMs: 100, leaseMs: 600 });
  const server = await startNatsServer();
  return {
    connect: () => connectNats({ servers: [server.url], name: 'test', replicas: 1, security: {} }),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
});
