import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import type { DescMethod } from '@bufbuild/protobuf';
import * as v1 from '@petri/contracts/v1';
import { message, session, statusOn } from './support/http2.ts';
import { sharedNode } from './support/node.ts';
import { seededRandom } from './support/random.ts';

const node = await sharedNode();
const box = await node.box('export const fine = () => 1;');
const random = seededRandom(7);
const UNKNOWN = 2;
const INVALID_ARGUMENT = 3;
const UNIMPLEMENTED = 12;
const INTERNAL = 13;
const LATER = { 'grpc-timeout': '30S' };
// Noise may be a valid request for a stream without end.
const SOON = { 'grpc-timeout': '300m' };

const methods: DescMethod[] = Object.values(v1 as Record<string, unknown>)
  .filter((each) => (each as { kind?: string }).kind === 'service')
  .flatMap((service) => (service as { methods: DescMethod[] }).methods);
const client = await session(node.address);
after(() => client.close());
const statusOf = ({ parent, name }: DescMethod, body: Buffer, deadline: typeof LATER | typeof SOON) =>
  statusOn(client, `/${parent.typeName}/${name}`, message(body), deadline);

const bytes = (...values: number[]) => Buffer.from(values);
const noise = (length: number) => Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));

/** What no protobuf parser takes, whatever the message. */
const MALFORMED: [what: string, body: Buffer][] = [
  ['a tag that never ends', Buffer.alloc(11, 0xff)],
  ['field number 0', bytes(0x02, 0x00)],
  ['a field longer than the message', bytes(0x0a, 0x7f, 0x61)],
  ['a wire type that does not exist', bytes(0x0f)],
  ['a group that is never closed', bytes(0x7b)],
  ['half a fixed64', bytes(0x79, 1, 2, 3)],
];

suite('a message that is no protobuf', () => {
  let served = 0;
  for (const method of methods)
    test(`is refused by ${method.parent.name}.${method.name}, as is noise`, async (context) => {
      if ((await statusOf(method, Buffer.alloc(11, 0xff), LATER)) === UNIMPLEMENTED)
        return context.skip('this node does not serve it');
      served++;
      for (const [what, body] of MALFORMED)
        assert.equal(await statusOf(method, body, LATER), INVALID_ARGUMENT, what);
      for (let round = 0; round < 10; round++) {
        const body = noise(1 + Math.floor(random() * 64));
        const status = await statusOf(method, body, SOON);
        assert.ok(status !== UNKNOWN && status !== INTERNAL, `${body.toString('hex')}: ${status}`);
      }
      assert.equal(await box.call('fine'), 1);
    });

  test('was tried on every method of this node', () => assert.ok(served >= 25, `${served}`));
});
