import assert from 'node:assert/strict';
import { test } from 'node:test';
import { service } from 'grpc-health-check';
import { startEcho } from '../test/echo.ts';
import { Health } from './health.ts';

test('the server and its services serve and stop serving together', async () => {
  await using echo = await startEcho();
  const health = new Health(['petri.test.Echo']);
  health.addTo(echo.server);
  const { path, requestSerialize, responseDeserialize } = service['Check']!;
  const check = (name: string) =>
    new Promise((resolve, reject) => {
      echo.raw.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        { service: name },
        (error, answer) => (error ? reject(error) : resolve((answer as { status: string }).status)),
      );
    });
  for (const [serving, expected] of [
    [undefined, 'NOT_SERVING'],
    [true, 'SERVING'],
    [false, 'NOT_SERVING'],
  ] as const) {
    if (serving !== undefined) health.setServing(serving);
    assert.deepEqual(await Promise.all([check(''), check('petri.test.Echo')]), [expected, expected]);
  }
  await assert.rejects(check('petri.test.Unknown'), { code: 5 });
});
