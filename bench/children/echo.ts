import { Server, ServerCredentials } from '@grpc/grpc-js';
import { implement, messageSizeLimit } from '@petri/contracts';
import { EchoService } from '../support/echo-service.ts';
import { answer } from '../support/helper.ts';
import type { EchoAnswer } from '../support/messages.ts';

answer(async (): Promise<EchoAnswer> => {
  const server = new Server(messageSizeLimit(64 * 1024 * 1024));
  const { definition, implementation } = implement(EchoService, { echo: ({ value }) => ({ value }) });
  server.addService(definition, implementation);
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  );
  return { address: `127.0.0.1:${await promise}` };
});
