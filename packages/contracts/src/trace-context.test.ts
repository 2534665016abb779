import assert from 'node:assert/strict';
import { after, suite, test } from 'node:test';
import { Metadata } from '@grpc/grpc-js';
import { createContextKey, propagation, type TextMapPropagator } from '@opentelemetry/api';
import { startEcho } from '../test/echo.ts';
import { callerTrace } from './trace-context.ts';

const SEEN = createContextKey('what was extracted');

/** Stands for an SDK's. */
const PROPAGATOR: TextMapPropagator = {
  inject: (_context, carrier, setter) => setter.set(carrier, 'traceparent', '00-of-the-caller'),
  extract: (context, carrier, getter) => context.setValue(SEEN, getter.get(carrier, 'traceparent')),
  fields: () => ['traceparent'],
};

suite('trace context', () => {
  const seen: unknown[] = [];
  const serving = startEcho({
    say: ({ value }, { metadata }) => {
      seen.push(callerTrace(metadata).getValue(SEEN), metadata.get('own')[0]);
      return { value };
    },
  });
  after(async () => (await serving)[Symbol.asyncDispose]());

  test('is not sent, and not looked for, where nothing is set up', async () => {
    const { client } = await serving;
    await client.say({}, { metadata: { own: 'a' } });
    assert.deepEqual(seen.splice(0), [undefined, 'a']);
  });

  test("goes along with a call's own headers, which stay as they are for the caller", async () => {
    const { client } = await serving;
    propagation.setGlobalPropagator(PROPAGATOR);
    const metadata = new Metadata();
    metadata.set('own', 'b');
    await client.say({}, { metadata });
    await client.say({}, { metadata: { own: 'c' } });
    await client.say({});
    propagation.disable();
    const trace = ['00-of-the-caller'];
    assert.deepEqual(seen.splice(0), [trace, 'b', trace, 'c', trace, undefined]);
    assert.deepEqual(metadata.getMap(), { own: 'b' });
  });
});
