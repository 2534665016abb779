import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseOptions, UsageError } from './options.ts';

suite('the flags of a cluster', () => {
  test('have defaults', () => {
    const { nodes, coordinators, data, port, demo } = parseOptions([]);
    assert.deepEqual([nodes, coordinators, data, port, demo], [3, 1, undefined, 50_051, undefined]);
    assert.deepEqual(parseOptions(['--demo', '--seed', '7']).demo, { problem: 'kepler', seed: '7' });
  });

  const wrong: [args: string[], complaints: RegExp][] = [
    [['--nodes', '0', '--port', 'x'], /--nodes takes .* not "0"\n--port takes .* not "x"/],
    [['--coordinators', '5'], /--coordinators takes a whole number from 0 to 4/],
    [['--demo', '--problem', 'chess'], /--problem takes quadratic or kepler, not "chess"/],
    [['--seed', '2'], /of --demo, which is missing/],
    [['--node', '3'], /--node/],
  ];
  for (const [args, complaints] of wrong)
    test(`${args.join(' ')} is refused, and says how to go on`, () => {
      assert.throws(
        () => parseOptions(args),
        (error: Error) => {
          assert.ok(error instanceof UsageError);
          assert.match(error.message, complaints);
          assert.match(error.message, /--help lists the flags$/);
          return true;
        },
      );
    });
});
