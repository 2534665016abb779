import type { Clock } from '@petri/core';
import type { Holdings } from '@petri/sandbox';
import { Account } from './account.ts';
import type { Quota, Quotas } from './quota.ts';

/** The accounts of all tenants that are known: by a quota of their own, by a call or by a sandbox. */
export class Accounts {
  readonly #accounts = new Map<string, Account>();
  readonly #own: Map<string, Quota>;
  readonly #clock: Clock;
  #others: Quota;
  /** What the sandboxes of each tenant add up to. */
  holdings: () => ReadonlyMap<string, Readonly<Holdings>> = () => new Map();

  constructor({ others, own }: Quotas, clock: Clock) {
    this.#others = others;
    this.#own = new Map(own);
    this.#clock = clock;
  }

  of(tenant: string): Account {
    let account = this.#accounts.get(tenant);
    if (account === undefined) {
      const held = () => this.holdings().get(tenant);
      account = new Account(tenant, this.#quotaOf(tenant), held, () => this.#clock.monotonic());
      this.#accounts.set(tenant, account);
    }
    return account;
  }

  /** In the order of their names. */
  all(): Account[] {
    const names = new Set([...this.#accounts.keys(), ...this.#own.keys(), ...this.holdings().keys()]);
    return [...names].sort().map((name) => this.of(name));
  }

  hasOwn(tenant: string): boolean {
    return this.#own.has(tenant);
  }

  /** The quota of those that have none of their own. */
  get others(): Quota {
    return this.#others;
  }

  /** In force at once, for what begins from now on. `undefined`: as for all others. */
  set(tenant: string, quota: Quota | undefined): Account {
    if (quota === undefined) this.#own.delete(tenant);
    else this.#own.set(tenant, quota);
    const account = this.of(tenant);
    account.quota = this.#quotaOf(tenant);
    return account;
  }

  /** For all that have none of their own. */
  setOthers(quota: Quota): void {
    this.#others = quota;
    for (const account of this.#accounts.values()) account.quota = this.#quotaOf(account.tenant);
  }

  #quotaOf(tenant: string): Quota {
    return this.#own.get(tenant) ?? this.#others;
  }
}
