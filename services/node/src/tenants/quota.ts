/** What a tenant may use. 0 is without bound. */
export type Quota = {
  /** Sandboxes that exist. */
  sandboxes: number;
  /** Runs, evaluations and loads of code that wait or run. */
  runsInFlight: number;
  /** CPU time of its guests within a minute, in seconds. */
  cpuSecondsPerMinute: number;
  /** Sum of the memory limits of its sandboxes, in bytes. */
  memoryBytes: number;
};

/** The default: a node of one user's needs none. */
export const UNLIMITED: Quota = Object.freeze({
  sandboxes: 0,
  runsInFlight: 0,
  cpuSecondsPerMinute: 0,
  memoryBytes: 0,
});

/** Quotas of some tenants, and that of all others. */
export type Quotas = { others: Quota; own: ReadonlyMap<string, Quota> };

const NAMES = {
  sandboxes: 'sandboxes',
  runs_in_flight: 'runsInFlight',
  cpu_seconds_per_minute: 'cpuSecondsPerMinute',
  memory_mib: 'memoryBytes',
} as const satisfies Record<string, keyof Quota>;

const MiB = 1024 * 1024;
/** As the API has it. */
const MAX = 2 ** 32 - 1;

/**
 * `sandboxes=100 runs_in_flight=500 cpu_seconds_per_minute=60 memory_mib=4096`, any of them, on top of `base`.
 *
 * @throws Error about the word that is wrong.
 */
export function parseQuota(words: readonly string[], base: Quota = UNLIMITED): Quota {
  const quota = { ...base };
  for (const word of words) {
    const [name = '', text = '', ...rest] = word.split('=');
    const value = Number(text);
    if (!isName(name) || rest.length > 0)
      throw new Error(`"${word}" is not name=number with one of ${Object.keys(NAMES).join(', ')}`);
    if (!/^\d+$/.test(text) || value > MAX)
      throw new Error(`${name} must be a whole number from 0 to ${MAX}, is "${text}"`);
    quota[NAMES[name]] = name === 'memory_mib' ? value * MiB : value;
  }
  return quota;
}

/**
 * Lines of `tenant name=number ...`; the tenant `*` stands for all that have no line. Empty lines, and what follows a
 * #, are skipped.
 *
 * @throws Error that says which line is wrong.
 */
export function parseQuotaFile(text: string, base: Quota = UNLIMITED): Quotas {
  const lines = text
    .split('\n')
    .map((line, index) => ({ words: line.replace(/#.*/, '').split(/\s+/).filter(Boolean), at: index + 1 }))
    .filter(({ words }) => words.length > 0);
  const quotas = new Map<string, Quota>();
  const read = (tenant: string, base: Quota) => {
    for (const { words, at } of lines) {
      const [name = '', ...rest] = words;
      if ((name === '*') !== (tenant === '*')) continue;
      if (quotas.has(name)) throw new Error(`line ${at}: there is a line for "${name}" already`);
      try {
        quotas.set(name, parseQuota(rest, base));
      } catch (thrown) {
        throw new Error(`line ${at}: ${(thrown as Error).message}`, { cause: thrown });
      }
    }
  };
  // What a tenant's line leaves out is as for all others.
  read('*', base);
  const others = quotas.get('*') ?? base;
  read('', others);
  quotas.delete('*');
  return { others, own: quotas };
}

function isName(name: string): name is keyof typeof NAMES {
  return Object.hasOwn(NAMES, name);
}
