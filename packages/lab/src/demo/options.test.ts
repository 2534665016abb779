import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from './nearest.ts';
import { parseOptions } from './options.ts';
import { HELP, UsageError } from './usage.ts';

function complaints(...args: string[]): string[] {
  try {
    parseOptions(args);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error.message.split('\n');
  }
  assert.fail('accepted');
}

test('without flags every part runs, on a node of its own', () => {
  assert.deepEqual(parseOptions([]), {
    parts: ['quadratic', 'kepler', 'containment'],
    seed: '1',
    settings: {},
    json: false,
    help: false,
  });
});

test('flags are taken with a space or an equals sign', () => {
  const options = parseOptions([
    '--problem=kepler',
    '--seed',
    '7',
    '--population',
    '300',
    '--node',
    '[::1]:50051',
    '--json',
  ]);
  assert.deepEqual(options.parts, ['kepler']);
  assert.equal(options.seed, '7');
  assert.deepEqual(options.settings, { population: 300 });
  assert.equal(options.node, '[::1]:50051');
  assert.ok(options.json);
});

test('what a node asks for is taken with the node alone', () => {
  const { ca, tokenFile } = parseOptions(['--node', 'a:1', '--ca', 'ca.pem', '--token-file', 't']);
  assert.deepEqual([ca, tokenFile], ['ca.pem', 't']);
  assert.deepEqual(complaints('--token-file', 't'), [
    '--ca and --token-file need --node, the node that asks for them',
  ]);
});

test("the user's file takes the place of the parts", () => {
  const { data } = parseOptions(['--data', 'my.csv', '--target', 'y', '--min-r2', '0.5']);
  assert.deepEqual(data, { path: 'my.csv', target: 'y', minR2: 0.5 });
});

test('a mistyped flag is met with the right one', () => {
  assert.deepEqual(complaints('--sed', '3'), ['there is no flag --sed; did you mean --seed?']);
  assert.deepEqual(complaints('--popluation=3'), [
    'there is no flag --popluation; did you mean --population?',
  ]);
  assert.deepEqual(complaints('--frobnicate'), ['there is no flag --frobnicate']);
});

test('every complaint comes at once', () => {
  assert.deepEqual(
    complaints(
      '--problem',
      'cubic',
      '--population',
      '5',
      '--generations=many',
      '--node',
      'here',
      '--isolation',
      'none',
    ),
    [
      '--problem takes quadratic, kepler, containment, all, not "cubic"',
      '--population takes a whole number from 20 to 100000, not "5"',
      '--generations takes a whole number from 1 to 100000, not "many"',
      '--node takes HOST:PORT, not "here"',
      '--isolation takes isolate, realm, not "none"',
    ],
  );
});

test('flags that need each other, or exclude each other, say so', () => {
  assert.deepEqual(complaints('--data', 'a.csv'), ['--data needs --target, the column to predict']);
  assert.deepEqual(complaints('--target', 'y'), ['--target needs --data, the file with that column']);
  assert.deepEqual(complaints('--data', 'a.csv', '--target', 'y', '--problem', 'kepler'), [
    '--data and --problem exclude each other',
  ]);
});

test('values where none belong, none where one does, and stray words are refused', () => {
  assert.deepEqual(complaints('--seed'), ['--seed needs a value']);
  assert.deepEqual(complaints('--json=yes'), ['--json takes no value']);
  assert.deepEqual(complaints('kepler'), ['"kepler" is not a flag; flags start with --']);
  assert.deepEqual(complaints('--data', 'a.csv', '--target', 'y', '--min-r2', '2'), [
    '--min-r2 takes a number of at most 1, not "2"',
  ]);
});

test('help wins over mistakes and names every flag', () => {
  assert.ok(parseOptions(['--help', '--sed']).help);
  assert.ok(parseOptions(['-h']).help);
  const flags = [
    'problem',
    'data',
    'target',
    'min-r2',
    'seed',
    'population',
    'generations',
    'node',
    'isolation',
    'json',
  ];
  for (const flag of flags) assert.ok(HELP.includes(`--${flag} `), flag);
});

test('a suggestion is made only where it is near', () => {
  assert.equal(nearest('isolaton', ['isolation', 'json']), 'isolation');
  assert.equal(nearest('xyz', ['isolation', 'json']), undefined);
});
