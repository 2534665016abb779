import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isLoopback } from './loopback.ts';

suite('isLoopback', () => {
  for (const host of [
    '127.0.0.1',
    '127.255.1.2',
    '::1',
    '0:0:0:0:0:0:0:1',
    '::ffff:127.0.0.1',
    'localhost',
    'LocalHost',
  ])
    test(`${host} is`, () => assert.equal(isLoopback(host), true));

  const others = ['0.0.0.0', '::', '10.0.0.1', '128.0.0.1', '::ffff:10.0.0.1', '::2', '', 'example.com'];
  for (const host of [...others, 'localhost.example.com', '127.0.0.1.example.com', '127.1', '[::1]'])
    test(`"${host}" is not`, () => assert.equal(isLoopback(host), false));
});
