/** Hostile guests as files: what each must come to stands in its first line. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Code, Confinement, Module } from '@petri/client';

const FOLDER = new URL('guests/', import.meta.url);

// Deadlines of guests that are to miss theirs, and of all others: the machine may be crowded.
const HASTE_MS = 200;
const PATIENCE_MS = 10_000;

/** How a guest gets at the node. */
type Way = 'run' | 'expression' | 'reload' | 'destroy' | 'fitness';

export type Guest = {
  /** `class/name`. */
  name: string;
  /** Outcomes of which it must get one: of a run, of a load (the reason of the error), or DESTROYED. */
  expected: readonly string[];
  /** What its reason must contain. */
  said: string;
  /** What it tries. */
  tries: string;
  via: Way;
  function: string;
  args: readonly unknown[];
  expression: string;
  timeoutMs: number;
  cpuTimeMs: number | undefined;
  determined: boolean;
  /** How often it is run; the last time counts. */
  runs: number;
  /** Whether runs before the last may come to anything. */
  ignoreFirst: boolean;
  /** Whether its sandbox must evaluate 1 + 1 afterwards. */
  after: boolean;
  /** What it must answer, if that is known. */
  value: unknown;
  hasValue: boolean;
  /** Log lines that the next tenant may have, if that matters. */
  logLines: number | undefined;
  confinement: Confinement;
  modules: readonly Module[];
  /** Of a second candidate, which must not notice the first. */
  next: string | undefined;
};

/** Classes of guests, each with its guests. */
export function guests(): Map<string, Guest[]> {
  const classes = readdirSync(FOLDER).toSorted();
  return new Map(
    classes.map((folder) => {
      const files = readdirSync(new URL(`${folder}/`, FOLDER)).toSorted();
      return [folder, files.map((file) => read(folder, file))];
    }),
  );
}

function read(folder: string, file: string): Guest {
  const text = expand(readFileSync(new URL(`${folder}/${file}`, FOLDER), 'utf8'));
  const [source = '', next] = text.split(/^\/\/ tenant: next$/m);
  const name = `${folder}/${file.replace(/\.[jt]s$/, '')}`;
  const first = /^\/\/ expect: ([\w|]+)(?: "([^"]*)")? ; (.+)\n/.exec(text);
  if (first === null) throw new Error(`${name}: the first line does not say what to expect`);
  const [, outcomes = '', said = '', tries = ''] = first;
  const header = (key: string) => new RegExp(`^// ${key}: (.*)$`, 'm').exec(text)?.[1];
  const options = new Map<string, string>();
  for (const pair of header('with')?.split(' ') ?? []) {
    const [key = '', setting = ''] = pair.split('=');
    options.set(key, setting);
  }
  const number = (key: string) => (options.has(key) ? Number(options.get(key)) : undefined);
  const value = header('value');
  const memoryBytes = number('memory');
  const limits = {
    ...(memoryBytes === undefined ? {} : { memoryBytes }),
    ...(options.has('output') ? { outputBytes: Number(options.get('output')) } : {}),
    ...(options.has('state') ? { stateBytes: Number(options.get('state')) } : {}),
    ...(options.has('log') ? { logBytes: Number(options.get('log')) } : {}),
  };
  return {
    name,
    expected: outcomes.split('|'),
    said,
    tries,
    via: (options.get('via') ?? 'run') as Way,
    function: options.get('function') ?? 'f',
    args: JSON.parse(header('args') ?? '[]') as unknown[],
    expression: header('expression') ?? '',
    timeoutMs: number('timeout') ?? (outcomes.includes('TIMEOUT') ? HASTE_MS : PATIENCE_MS),
    cpuTimeMs: number('cpu'),
    determined: options.has('determinism'),
    runs: number('runs') ?? 1,
    ignoreFirst: options.has('ignore-first'),
    after: options.get('after') !== 'no',
    value: value === undefined ? undefined : (JSON.parse(value) as unknown),
    hasValue: value !== undefined,
    logLines: number('logs'),
    confinement: {
      limits,
      isolation:
        ({ realm: 'REALM', process: 'PROCESS' } as const)[options.get('isolation') ?? ''] ?? 'ISOLATE',
      // The wall is the process: guests are to reach it, whatever the scan would say of them.
      securityProfile: ({ high: 'HIGH', medium: 'MEDIUM' } as const)[options.get('profile') ?? ''] ?? 'LOW',
    },
    modules: modulesOf(source, file.endsWith('.ts')),
    next,
  };
}

/** `⟦text×3⟧` stands for the text three times: nobody wants to keep a hundred thousand parentheses. */
function expand(text: string): string {
  return text.replace(/⟦([^⟧]*)×(\d+)⟧/g, (_, repeated: string, times: string) =>
    repeated.repeat(Number(times)),
  );
}

/** `// module: name` begins another module; `// module: name wasm BASE64` is a binary. */
function modulesOf(source: string, typescript: boolean): Module[] {
  const [main = '', ...others] = source.split(/^\/\/ module: /m);
  const code = (text: string): Code => (typescript ? { typescript: text } : { javascript: text });
  return [
    { name: 'main', ...code(main) },
    ...others.map((other): Module => {
      const end = other.indexOf('\n');
      const [name = '', kind, binary = ''] = other.slice(0, end).split(' ');
      return kind === 'wasm'
        ? { name, wasm: Buffer.from(binary, 'base64') }
        : { name, ...code(other.slice(end + 1)) };
    }),
  ];
}
