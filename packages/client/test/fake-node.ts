/** A gRPC server with the handlers a test gives, and a client of it. */
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { type Handlers, Health, implement } from '@petri/contracts';
import { AdminService, PopulationService, SandboxService } from '@petri/contracts/v1';
import { unimplemented } from '@petri/core';
import { connect, type ConnectOptions, type Petri } from '../src/index.ts';

type AllHandlers = Handlers<typeof SandboxService> &
  Handlers<typeof PopulationService> &
  Handlers<typeof AdminService>;

export type FakeNode = AsyncDisposable & { address: string; petri: Petri; health: Health; server: Server };

export async function fakeNode(
  handlers: Partial<AllHandlers> = {},
  options?: ConnectOptions,
  credentials: ServerCredentials = ServerCredentials.createInsecure(),
): Promise<FakeNode> {
  const server = new Server();
  for (const service of [SandboxService, PopulationService, AdminService]) {
    const all = Object.fromEntries(
      service.methods.map(({ localName }) => {
        const refuse = () => {
          throw unimplemented(localName);
        };
        return [localName, handlers[localName as keyof AllHandlers] ?? refuse];
      }),
    );
    const { definition, implementation } = implement(service, all as never);
    server.addService(definition, implementation);
  }
  const health = new Health([SandboxService.typeName]);
  health.addTo(server);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  const address = `127.0.0.1:${port}`;
  const petri = await connect(address, options).catch((thrown: unknown) => {
    server.forceShutdown();
    throw thrown;
  });
  return {
    address,
    petri,
    health,
    server,
    async [Symbol.asyncDispose]() {
      await petri.close();
      server.forceShutdown();
    },
  };
}
