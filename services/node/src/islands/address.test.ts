import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { suite, test } from 'node:test';
import { announcedAddress, parseAnnounced } from './address.ts';

const at = (host: string) => ({ host, port: 50051 });

suite('the address that a node announces', () => {
  test('is where it listens', () => {
    assert.equal(announcedAddress(at('10.0.0.7'), undefined), '10.0.0.7:50051');
    assert.equal(announcedAddress(at('fd00::7'), undefined), '[fd00::7]:50051');
  });

  test("is the machine's name where it listens on all interfaces", () => {
    for (const host of ['0.0.0.0', '::']) {
      assert.equal(announcedAddress(at(host), undefined), `${hostname()}:50051`);
    }
  });

  test('is what was set, on the port that it listens on unless another was', () => {
    for (const [text, address] of [
      ['petri-0.petri', 'petri-0.petri:50051'],
      ['example.org:443', 'example.org:443'],
      ['10.0.0.7:1', '10.0.0.7:1'],
      ['fd00::7', '[fd00::7]:50051'],
      ['[fd00::7]:65535', '[fd00::7]:65535'],
    ] as const) {
      assert.equal(announcedAddress(at('0.0.0.0'), parseAnnounced(text)), address);
    }
  });

  test('is refused if it is none', () => {
    for (const text of [
      'https://node',
      ':50051',
      'node:',
      'node:0',
      'node:65536',
      'a b',
      '[node]:1',
      '[fd00::7',
    ]) {
      assert.throws(() => parseAnnounced(text), new RegExp('must be a host|has no port'), text);
    }
  });
});
