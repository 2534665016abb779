/**
 * Asks a service whether it serves (grpc.health.v1): exit status 0 if so, 1 with the reason otherwise. For containers, which
 * have no other client. Use: node scripts/probe.ts ADDRESS [--ca FILE]
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Client, credentials, Metadata } from '@grpc/grpc-js';

const PATIENCE_MS = 4_000;
// HealthCheckResponse with status 1, SERVING: the whole message.
const SERVING = Buffer.from([0x08, 0x01]);

const { values, positionals } = parseArgs({ options: { ca: { type: 'string' } }, allowPositionals: true });
const [address = 'localhost:50051'] = positionals;
const channel =
  values.ca === undefined ? credentials.createInsecure() : credentials.createSsl(readFileSync(values.ca));
const client = new Client(address, channel);
const bytes = (message: Buffer) => message;

client.makeUnaryRequest(
  '/grpc.health.v1.Health/Check',
  bytes,
  bytes,
  Buffer.alloc(0),
  new Metadata(),
  { deadline: Date.now() + PATIENCE_MS },
  (error, answer) => {
    const problem = error?.message ?? (answer?.equals(SERVING) === true ? undefined : 'it does not serve');
    if (problem !== undefined) {
      process.stderr.write(`${address}: ${problem}\n`);
      process.exitCode = 1;
    }
    client.close();
  },
);
