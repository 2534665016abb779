/** What waits for one tenant, and how much of the worker's time that tenant has had. */
type Flow<T> = {
  items: T[];
  /** Virtual time, in the unit of costs: the flow with least is served next. */
  spent: number;
  /** What one of its items costs, by experience. */
  cost: number;
  usedAt: number;
};

const SMOOTHING = 0.2;
// A tenant of whom nothing was heard for so long, and for as long as it has had too much, is forgotten, in milliseconds.
const FORGET_MS = 1_000;
// One long item is not held against a tenant for longer than this, in the unit of costs.
const MOST_OWED = 1_000;

/**
 * A queue in which tenants take turns by what their items cost (start-time fair queueing): each gets the same share of the
 * worker as long as it has something to do, whatever the others ask for. First come, first served within a tenant.
 */
export class FairQueue<T> {
  readonly #flowOf: (item: T) => string;
  readonly #now: () => number;
  readonly #flows = new Map<string, Flow<T>>();
  /** Virtual time: where a tenant begins that had nothing to do. It saves nothing up. */
  #clock = 0;
  #size = 0;

  constructor(flowOf: (item: T) => string, now: () => number) {
    this.#flowOf = flowOf;
    this.#now = now;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether more than one tenant has been here a moment ago. */
  get shared(): boolean {
    return this.#flows.size > 1;
  }

  /** How many items would be served until the last of this tenant's has been. */
  ahead(name: string): number {
    const own = this.#flows.get(name)?.items.length ?? 0;
    let count = own;
    for (const [other, { items }] of this.#flows) if (other !== name) count += Math.min(items.length, own);
    return count;
  }

  push(item: T): void {
    this.#flow(this.#flowOf(item)).items.push(item);
    this.#size++;
  }

  /** Puts it before the first of its tenant's items for which `before` holds. */
  insert(item: T, before: (other: T) => boolean): void {
    const { items } = this.#flow(this.#flowOf(item));
    const at = items.findIndex(before);
    items.splice(at < 0 ? items.length : at, 0, item);
    this.#size++;
  }

  /** Removes the next item that is eligible: the first one of the tenant that has had least. */
  take(eligible: (item: T) => boolean = () => true): T | undefined {
    let best: Flow<T> | undefined;
    let at = -1;
    for (const flow of this.#flows.values()) {
      if (flow.items.length === 0 || (best !== undefined && flow.spent >= best.spent)) continue;
      const first = flow.items.findIndex(eligible);
      if (first < 0) continue;
      best = flow;
      at = first;
    }
    if (best === undefined) return undefined;
    this.#clock = Math.max(this.#clock, best.spent);
    best.spent += best.cost;
    best.usedAt = this.#now();
    this.#size--;
    return at === 0 ? best.items.shift() : best.items.splice(at, 1)[0];
  }

  /** What an item that was taken turned out to cost: its tenant was given less, or more, than was thought. */
  learn(item: T, cost: number): void {
    const flow = this.#flow(this.#flowOf(item));
    this.#owe(flow, cost - flow.cost);
    flow.cost += SMOOTHING * (cost - flow.cost);
  }

  /** What a tenant has cost that was not foreseen, and will not be. */
  charge(item: T, cost: number): void {
    this.#owe(this.#flow(this.#flowOf(item)), cost);
  }

  #owe(flow: Flow<T>, cost: number): void {
    flow.spent = Math.min(flow.spent + cost, Math.max(flow.spent, this.#clock + MOST_OWED));
  }

  remove(item: T): boolean {
    const items = this.#flows.get(this.#flowOf(item))?.items;
    const at = items?.indexOf(item) ?? -1;
    if (items === undefined || at < 0) return false;
    items.splice(at, 1);
    this.#size--;
    return true;
  }

  /** Removes all for which `wanted` holds. */
  extract(wanted: (item: T) => boolean): T[] {
    const extracted: T[] = [];
    for (const flow of this.#flows.values()) {
      const rest: T[] = [];
      for (const item of flow.items) (wanted(item) ? extracted : rest).push(item);
      flow.items = rest;
    }
    this.#size -= extracted.length;
    return extracted;
  }

  /** Tenant by tenant. */
  *[Symbol.iterator](): Generator<T, void, void> {
    for (const { items } of this.#flows.values()) yield* items;
  }

  #flow(name: string): Flow<T> {
    let flow = this.#flows.get(name);
    const now = this.#now();
    if (flow === undefined) {
      for (const [other, { items, usedAt, spent }] of this.#flows) {
        const owedMs = Math.max(0, spent - this.#clock);
        if (items.length === 0 && now - usedAt > FORGET_MS + owedMs) this.#flows.delete(other);
      }
      flow = { items: [], spent: this.#clock, cost: 1, usedAt: now };
      this.#flows.set(name, flow);
    } else if (flow.items.length === 0) flow.spent = Math.max(flow.spent, this.#clock);
    flow.usedAt = now;
    return flow;
  }
}
