import { parseArgs } from 'node:util';
import { nearest } from './nearest.ts';
import { UsageError } from './usage.ts';

type Part = 'quadratic' | 'kepler' | 'containment';
export type Isolation = 'isolate' | 'realm';

interface DataFile {
  readonly path: string;
  readonly target: string;
  readonly minR2: number;
}

export interface Options {
  readonly parts: readonly Part[];
  /** The user's own file, instead of the parts. */
  readonly data?: DataFile;
  readonly seed: string;
  /** What the user set; each problem has its own defaults. */
  readonly settings: { readonly population?: number; readonly generations?: number };
  /** Address of a running node; absent to start one. */
  readonly node?: string;
  /** Files that a running node may ask for: who signed its certificate, and the caller's token. */
  readonly ca?: string;
  readonly tokenFile?: string;
  /** What the user set; each part has its own default. */
  readonly isolation?: Isolation;
  readonly json: boolean;
  readonly help: boolean;
}

const PARTS: readonly Part[] = ['quadratic', 'kepler', 'containment'];
const ISOLATIONS: readonly Isolation[] = ['isolate', 'realm'];

const FLAGS = {
  problem: { type: 'string' },
  data: { type: 'string' },
  target: { type: 'string' },
  'min-r2': { type: 'string' },
  seed: { type: 'string' },
  population: { type: 'string' },
  generations: { type: 'string' },
  node: { type: 'string' },
  ca: { type: 'string' },
  'token-file': { type: 'string' },
  isolation: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Throws `UsageError` with every complaint. */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: FLAGS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const complaints = tokens.flatMap((token) => (token.kind === 'option' ? flagComplaints(token) : []));
  // What follows a flag that does not exist is no mistake of its own.
  if (complaints.length === 0)
    complaints.push(...positionals.map((word) => `"${word}" is not a flag; flags start with --`));
  const given = new Given(values, complaints);
  const data = dataFile(given, complaints);
  const part = given.oneOf('problem', [...PARTS, 'all']) ?? 'all';
  const population = given.integer('population', MIN_POPULATION, MAX_NUMBER);
  const generations = given.integer('generations', 1, MAX_NUMBER);
  const node = given.text('node');
  if (node !== undefined && !/^.+:\d{1,5}$/.test(node))
    complaints.push(`--node takes HOST:PORT, not "${node}"`);
  const ca = given.text('ca');
  const tokenFile = given.text('token-file');
  if (node === undefined && (ca !== undefined || tokenFile !== undefined))
    complaints.push('--ca and --token-file need --node, the node that asks for them');
  const isolation = given.oneOf('isolation', ISOLATIONS);
  if (complaints.length > 0 && values['help'] !== true) throw new UsageError(complaints);
  return {
    parts: part === 'all' ? PARTS : [part],
    ...(data && { data }),
    seed: given.text('seed') ?? '1',
    settings: { ...(population && { population }), ...(generations && { generations }) },
    ...(node !== undefined && { node }),
    ...(ca !== undefined && { ca }),
    ...(tokenFile !== undefined && { tokenFile }),
    ...(isolation && { isolation }),
    json: values['json'] === true,
    help: values['help'] === true,
  };
}

/** Fewer leave no room beside the elite for tournaments to mean anything. */
const MIN_POPULATION = 20;
const MAX_NUMBER = 100_000;

function dataFile(given: Given, complaints: string[]): DataFile | undefined {
  const path = given.text('data');
  const target = given.text('target');
  const minR2 = given.number('min-r2', 1) ?? 0.9;
  if (path !== undefined && target === undefined)
    complaints.push('--data needs --target, the column to predict');
  if (path === undefined && target !== undefined)
    complaints.push('--target needs --data, the file with that column');
  if (path !== undefined && given.text('problem') !== undefined)
    complaints.push('--data and --problem exclude each other');
  return path === undefined || target === undefined ? undefined : { path, target, minR2 };
}

function flagComplaints({
  name,
  rawName,
  value,
}: {
  name: string;
  rawName: string;
  value?: string | undefined;
}): string[] {
  const flag = FLAGS[name as keyof typeof FLAGS] as { type: string } | undefined;
  if (flag === undefined) {
    const suggestion = nearest(name, Object.keys(FLAGS));
    return [
      `there is no flag ${rawName}${suggestion === undefined ? '' : `; did you mean --${suggestion}?`}`,
    ];
  }
  if (flag.type === 'string' && (value === undefined || value === '')) return [`${rawName} needs a value`];
  if (flag.type === 'boolean' && value !== undefined) return [`${rawName} takes no value`];
  return [];
}

class Given {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #complaints: string[];

  constructor(values: Readonly<Record<string, unknown>>, complaints: string[]) {
    this.#values = values;
    this.#complaints = complaints;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  }

  integer(name: string, low: number, high: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= low && value <= high) return value;
    this.#complaints.push(`--${name} takes a whole number from ${low} to ${high}, not "${text}"`);
    return undefined;
  }

  number(name: string, high: number): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && value <= high) return value;
    this.#complaints.push(`--${name} takes a number of at most ${high}, not "${text}"`);
    return undefined;
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const text = this.text(name);
    const choice = choices.find((candidate) => candidate === text);
    if (text !== undefined && choice === undefined) {
      this.#complaints.push(`--${name} takes ${choices.join(', ')}, not "${text}"`);
    }
    return choice;
  }
}
