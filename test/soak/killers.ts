/** Guests that end badly, each in another way. All of them export `f`, and none may complete. */
const ENDLESS: Record<string, string> = {
  'an endless loop': 'export const f = () => { for (;;); };',
  'a loop without interrupt checks': 'export const f = () => { let x; for (;;) x = Array(1000); };',
  'a multiplication without end':
    'export const f = () => { let x = 3n ** 100000n; for (;;) x = (x * x) >> 100000n; };',
  'a native loop': 'export const f = () => Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1);',
  'an endless regular expression': `export const f = () => /^(a+)+$/.test('a'.repeat(50) + 'b');`,
  microtasks: 'export const f = async () => { for (;;) await null; };',
  'an error that cannot be read': 'export const f = () => { throw { get message() { for (;;); } }; };',
};

const BOTTOMLESS: Record<string, string> = {
  'a growing heap':
    'export const f = () => { const kept = []; for (;;) kept.push(new Array(1e4).fill({})); };',
  'a growing map':
    'export const f = () => { const kept = new Map(); for (let i = 0; ; i++) kept.set(i, { i }); };',
  'growing WebAssembly memories': `export const f = () => {
    for (const kept = []; ; ) {
      const memory = new WebAssembly.Memory({ initial: 512 });
      new Uint8Array(memory.buffer).fill(1);
      kept.push(memory);
    }
  };`,
  'half a billion strings': `export const f = () => 'a'.repeat(5e8).split('').length;`,
  'a large answer': `export const f = () => 'x'.repeat(2 ** 25);`,
};

/** Deadlines of killers: the bottomless are to meet another limit first. */
const HASTE_MS = 100;
const PATIENCE_MS = 5_000;

const ENDS: readonly string[] = ['TIMEOUT', 'CPU_LIMIT', 'MEMORY_LIMIT', 'OUTPUT_LIMIT', 'CRASHED', 'THREW'];

export type Killer = { name: string; genome: string; timeoutMs: number };

/** Of the sandboxes of killers. */
export const KILLER_LIMITS = { memoryBytes: 32 * 1024 * 1024 };

export const isContained = (outcome: string): boolean => ENDS.includes(outcome);

/** One killer among every hundred items of the load, of each kind by turns. */
export class Killers {
  readonly #all: readonly Killer[] = [...killersOf(ENDLESS, HASTE_MS), ...killersOf(BOTTOMLESS, PATIENCE_MS)];
  #items = 0;
  #taken = 0;

  /** Those that go among so many items. */
  among(items: number): Killer[] {
    this.#items += items;
    const due: Killer[] = [];
    for (; this.#items >= 100; this.#items -= 100)
      due.push(this.#all[this.#taken++ % this.#all.length] as Killer);
    return due;
  }
}

function killersOf(sources: Record<string, string>, timeoutMs: number): Killer[] {
  return Object.entries(sources).map(([name, genome]) => ({ name, genome, timeoutMs }));
}
