/** Lets a guest loose on a node, and says what it came to. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { PetriError, type RunResult, type Sandboxes } from '@petri/client';
import type { Guest } from './guest.ts';

/** How a guest ended: `reason` is for people, and '' if it completed. */
type Ended = { outcome: string; reason: string; value?: unknown; logLines?: number };

/** Loads of guests that are not about loading. */
const LOAD_MS = 10_000;
const GRACE_MS = 150;
const POPULATION = 'everybody';
/** What hostile fitness programs judge. */
const CANDIDATE = `
  export const f = (x) => x * 2;
  export const object = () => ({ list: [1] });
  export const poisoned = () => JSON.parse('{ "__proto__": { "admin": true } }');`;

/** What the reason of an outcome must look like; any other needs words of some kind. */
const KINDS: Record<string, RegExp> = {
  COMPLETED: /^$/,
  TIMEOUT: /still running|not done at its deadline/,
  CPU_LIMIT: /of CPU, its budget is/,
  MEMORY_LIMIT: /heap|out of memory|grew by/,
  OUTPUT_LIMIT: /larger than its limit/,
  INVALID_RESULT: /^InvalidResult: /,
  CRASHED: /ended \d times|isolate failed/,
  LOAD_TIMEOUT: /still running|not done at its deadline/,
  LOAD_MEMORY_LIMIT: /heap|out of memory|grew by/,
  LOAD_OUTPUT_LIMIT: /larger than its limit/,
};

const ATTEMPTS = 3;

/** What is asked of the node on behalf of the guests. */
export class Attacks {
  readonly #sandboxes: Sandboxes;

  constructor(sandboxes: Sandboxes) {
    this.#sandboxes = sandboxes;
  }

  /** @throws AssertionError if the guest did not come to what it must */
  async check(guest: Guest): Promise<void> {
    const ends =
      guest.next === undefined ? [await this.#attack(guest)] : await this.#tenants(guest, guest.next);
    for (const ended of ends) {
      const told = JSON.stringify(ended)?.slice(0, 2_000);
      assert.ok(guest.expected.includes(ended.outcome), `expected ${guest.expected.join(' or ')}: ${told}`);
      assert.match(ended.reason, KINDS[ended.outcome] ?? /./, told);
      if (ended.outcome !== 'COMPLETED') assert.ok(ended.reason.includes(guest.said), told);
      else if (guest.hasValue) assert.deepEqual(ended.value, guest.value, told);
      if (guest.logLines !== undefined) assert.equal(ended.logLines, guest.logLines, told);
    }
  }

  #attack(guest: Guest): Promise<Ended> {
    switch (guest.via) {
      case 'run':
      case 'expression':
        return this.#run(guest);
      case 'reload':
        return this.#reload(guest);
      case 'destroy':
        return this.#destroy(guest);
      case 'fitness':
        return this.#judge(guest);
    }
  }

  async #run(guest: Guest): Promise<Ended> {
    for (let attempt = 1; ; attempt++) {
      const ended = await this.#runs(guest);
      // Others take down the worker, or the memory, in which it kept what its first run left.
      if (isExpected(guest, ended) || !guest.ignoreFirst || attempt === ATTEMPTS) return ended;
    }
  }

  /** How the last of its runs ended. */
  async #runs(guest: Guest): Promise<Ended> {
    const created = await loaded(() => this.#create(guest));
    if ('outcome' in created) return created;
    const { id } = created;
    let result = await this.#once(guest, id);
    for (let run = 1; run < guest.runs; run++) {
      if (result.outcome !== 'COMPLETED' && !guest.ignoreFirst) break;
      result = await this.#once(guest, id);
    }
    const { receipt } = result;
    assert.ok(receipt.wallUs > 0 && receipt.workerPid > 0, JSON.stringify(receipt));
    assert.ok(receipt.wallUs < guest.timeoutMs * 1_000 + 2_000_000, `${receipt.wallUs} us`);
    if (guest.after) {
      const sum = await this.#sandboxes.runExpression(id, '1 + 1', { timeoutMs: LOAD_MS });
      assert.equal(sum.outcome === 'COMPLETED' && sum.value, 2, `afterwards: ${JSON.stringify(sum)}`);
    }
    await this.#sandboxes.destroy(id, { graceMs: GRACE_MS });
    const value = result.outcome === 'COMPLETED' ? result.value : undefined;
    return { outcome: result.outcome, reason: receipt.reason, value };
  }

  #once(guest: Guest, id: string): Promise<RunResult> {
    const { timeoutMs, cpuTimeMs } = guest;
    const determinism = guest.determined ? { seed: 1 } : undefined;
    const options = { timeoutMs, cpuTimeMs, determinism };
    if (guest.via === 'expression') return this.#sandboxes.runExpression(id, guest.expression, options);
    return this.#sandboxes.run(id, guest.function, guest.args, options);
  }

  async #create({ modules, confinement, timeoutMs, expected }: Guest): Promise<{ id: string }> {
    const loadTimeoutMs = expected.includes('LOAD_TIMEOUT') ? timeoutMs : LOAD_MS;
    const population = confinement.isolation === 'REALM' ? POPULATION : '';
    return this.#sandboxes.create({ genome: { modules }, loadTimeoutMs, population, ...confinement });
  }

  /** Loads the guest over a sandbox with a state, which must be as before if that fails. */
  async #reload({ modules, timeoutMs, confinement }: Guest): Promise<Ended> {
    const source = `import { state } from 'petri:sandbox'; export const f = () => ++state.n;`;
    const { id } = await this.#sandboxes.create({ genome: source, state: { n: 7 }, ...confinement });
    const ended = await loaded(() => this.#sandboxes.reload(id, modules, { loadTimeoutMs: timeoutMs }));
    assert.ok('outcome' in ended, 'the reload succeeded');
    assert.equal(await this.#sandboxes.call(id, 'f'), 8, JSON.stringify(ended));
    await this.#sandboxes.destroy(id);
    return ended;
  }

  /** The guest is the fitness program; the candidate is innocent, and goes on as before. */
  async #judge({ modules, timeoutMs, runs }: Guest): Promise<Ended> {
    const [{ javascript = '' } = {}] = modules as readonly { javascript?: string }[];
    const { id } = await this.#sandboxes.create({ genome: CANDIDATE });
    const spec = { program: { javascript, data: [1, 2] }, timeoutMs };
    let ended: Ended = { outcome: '', reason: '' };
    for (let run = 0; run < runs; run++) {
      const judged = await loaded(() => this.#sandboxes.evaluate(id, spec));
      ended =
        'reason' in judged
          ? judged
          : { outcome: judged.outcome, reason: judged.receipt.reason, value: judged.score };
      assert.equal(await this.#sandboxes.call(id, 'f', 21), 42, JSON.stringify(ended));
    }
    await this.#sandboxes.destroy(id, { graceMs: GRACE_MS });
    return ended;
  }

  async #destroy({ modules, confinement }: Guest): Promise<Ended> {
    const { id } = await this.#sandboxes.create({ genome: { modules }, ...confinement });
    const startedAt = performance.now();
    const destroyed = await this.#sandboxes.destroy(id, { graceMs: GRACE_MS });
    assert.ok(performance.now() - startedAt < GRACE_MS + 3_000);
    await assert.rejects(this.#sandboxes.get(id), { code: 'not_found' });
    const { name = '', message = '' } = destroyed?.stopError ?? {};
    return { outcome: 'DESTROYED', reason: `${name}: ${message}` };
  }

  /** Candidates by turns, hostile and innocent, in one call: as neighbours in realms, and each in its isolate. */
  async #tenants({ modules, confinement, timeoutMs }: Guest, next: string): Promise<Ended[]> {
    const ends: Ended[] = [];
    for (const isolation of ['REALM', 'ISOLATE'] as const) {
      const genomes = [{ modules }, next, { modules }, next, next];
      const spec = {
        suite: { cases: [{ function: 'f' }, { function: 'f' }], caseTimeoutMs: timeoutMs },
        includeValues: true,
      };
      const candidates = genomes.map((genome, index) => ({ id: String(index), genome }));
      const options = { ...confinement, isolation, maxConcurrency: 1 };
      for await (const { index, evaluation, error } of this.#sandboxes.evaluateSources(
        candidates,
        spec,
        options,
      )) {
        if (genomes[index] !== next) continue;
        if (error !== undefined) throw error;
        const logLines = evaluation.logs?.lines.length ?? 0;
        for (const { outcome, value, error: failure } of evaluation.cases)
          ends.push({ outcome, reason: failure?.message ?? '', value, logLines });
        if (evaluation.outcome !== 'COMPLETED')
          ends.push({ outcome: evaluation.outcome, reason: evaluation.receipt.reason, logLines });
      }
    }
    assert.equal(ends.length, 12, JSON.stringify(ends));
    return ends;
  }
}

function isExpected({ expected, hasValue, value }: Guest, ended: Ended): boolean {
  if (!expected.includes(ended.outcome)) return false;
  return ended.outcome !== 'COMPLETED' || !hasValue || isDeepStrictEqual(ended.value, value);
}

/** What could be loaded, or how loading ended. */
async function loaded<T>(load: () => Promise<T>): Promise<T | Ended> {
  try {
    return await load();
  } catch (thrown) {
    if (!(thrown instanceof PetriError)) throw thrown;
    const { code, reason, message } = thrown;
    return { outcome: code === 'failed_precondition' ? reason : code, reason: message };
  }
}
