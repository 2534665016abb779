/** Takes what is sent by OTLP over HTTP, and throws it away. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { answer } from '../support/helper.ts';
import type { CollectorAnswer } from '../support/messages.ts';

let requests = 0;
const server = createServer((request, response) => {
  requests++;
  request.resume().once('end', () => response.setHeader('content-type', 'application/x-protobuf').end());
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as { port: number };

answer((): CollectorAnswer => ({ address: `http://127.0.0.1:${port}`, requests }));
