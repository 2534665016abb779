/**
 * Asks a service whether it serves (grpc.health.v1): exit status 0 if so, 1 with the reason otherwise. For containers, which
 * have no other client; without any library, because it is started every few seconds. Use: node scripts/probe.mjs ADDRESS
 * [--ca FILE]
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { parseArgs } from 'node:util';

const PATIENCE_MS = 8_000;
// An empty HealthCheckRequest, and a HealthCheckResponse with status 1, SERVING, each as a whole gRPC message.
const REQUEST = Buffer.from([0, 0, 0, 0, 0]);
const SERVING = Buffer.from([0, 0, 0, 0, 2, 0x08, 0x01]);

const { values, positionals } = parseArgs({ options: { ca: { type: 'string' } }, allowPositionals: true });
const [address = 'localhost:50051'] = positionals;

const session =
  values.ca === undefined
    ? connect(`http://${address}`)
    : connect(`https://${address}`, { ca: readFileSync(values.ca) });
session.on('error', (error) => end(error.message));
setTimeout(() => end(`no answer within ${PATIENCE_MS} ms`), PATIENCE_MS).unref();

const chunks = [];
let status = '';
const call = session.request({
  ':method': 'POST',
  ':path': '/grpc.health.v1.Health/Check',
  'content-type': 'application/grpc',
  te: 'trailers',
});
call.on('error', (error) => end(error.message));
call.on('data', (chunk) => chunks.push(chunk));
// Of an answer without a message, the headers are the trailers.
for (const event of ['response', 'trailers']) {
  call.on(event, (headers) => (status = `${headers['grpc-status'] ?? status}`));
}
call.on('end', () => {
  const serves = status === '0' && Buffer.concat(chunks).equals(SERVING);
  end(serves ? undefined : `it does not serve (status ${status || 'unknown'})`);
});
call.end(REQUEST);

/** @param {string | undefined} problem */
function end(problem) {
  if (problem !== undefined) process.stderr.write(`${address}: ${problem}\n`);
  process.exit(problem === undefined ? 0 : 1);
}
