/** A service with one method of each kind, and a server for it on a port of its own. */
import { create, createFileRegistry } from '@bufbuild/protobuf';
import type { GenService } from '@bufbuild/protobuf/codegenv2';
import {
  FileDescriptorProtoSchema,
  file_google_protobuf_wrappers,
  type StringValueSchema,
  type UInt32ValueSchema,
} from '@bufbuild/protobuf/wkt';
import { Client, credentials, Server, ServerCredentials } from '@grpc/grpc-js';
import { type Handlers, implement, type ImplementOptions } from '../src/implement.ts';
import { createServiceClient, type ServiceClient } from '../src/service-client.ts';

type Text = typeof StringValueSchema;
type Count = typeof UInt32ValueSchema;

type EchoService = GenService<{
  say: { methodKind: 'unary'; input: Text; output: Text };
  count: { methodKind: 'server_streaming'; input: Count; output: Text };
  join: { methodKind: 'client_streaming'; input: Text; output: Text };
  chat: { methodKind: 'bidi_streaming'; input: Text; output: Text };
}>;

const text = '.google.protobuf.StringValue';
const file = create(FileDescriptorProtoSchema, {
  name: 'petri/test/echo.proto',
  package: 'petri.test',
  syntax: 'proto3',
  dependency: ['google/protobuf/wrappers.proto'],
  service: [
    {
      name: 'Echo',
      method: [
        { name: 'Say', inputType: text, outputType: text },
        { name: 'Count', inputType: '.google.protobuf.UInt32Value', outputType: text, serverStreaming: true },
        { name: 'Join', inputType: text, outputType: text, clientStreaming: true },
        { name: 'Chat', inputType: text, outputType: text, clientStreaming: true, serverStreaming: true },
      ],
    },
  ],
});

const registry = createFileRegistry(file, (name) =>
  name === file_google_protobuf_wrappers.proto.name ? file_google_protobuf_wrappers : undefined,
);

export const Echo = registry.getService('petri.test.Echo') as unknown as EchoService;

const defaults: Handlers<EchoService> = {
  say: ({ value }) => ({ value }),
  async *count({ value }) {
    for (let number = 0; number < value; number++) yield { value: String(number) };
  },
  async join(requests) {
    let joined = '';
    for await (const { value } of requests) joined += value;
    return { value: joined };
  },
  async *chat(requests) {
    for await (const { value } of requests) yield { value: value.toUpperCase() };
  },
};

export type EchoServer = AsyncDisposable & {
  server: Server;
  address: string;
  /** Untyped, for what the typed client does not do. */
  raw: Client;
  client: ServiceClient<EchoService>;
};

export async function startEcho(
  handlers: Partial<Handlers<EchoService>> = {},
  options: ImplementOptions = {},
): Promise<EchoServer> {
  const server = new Server();
  const { definition, implementation } = implement(Echo, { ...defaults, ...handlers }, options);
  server.addService(definition, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const address = `127.0.0.1:${port}`;
  const raw = new Client(address, credentials.createInsecure());
  return {
    server,
    address,
    raw,
    client: createServiceClient(Echo, raw),
    async [Symbol.asyncDispose]() {
      raw.close();
      server.forceShutdown();
    },
  };
}
