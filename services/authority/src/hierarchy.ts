import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { encodeAccount, encodeOperator, encodeUser } from '@nats-io/jwt';
import { createAccount, createOperator, fromPublic, fromSeed, type KeyPair } from '@nats-io/nkeys';
import { type NatsIdentity, natsPermissions } from '@petri/islands';
import { readShort, SECRET, writeWhole } from './files.ts';

const MAX_SEED_BYTES = 256;
/** Of JetStream, connections and the like, in JWTs of NATS. The server's configuration bounds what matters. */
const UNBOUNDED = -1;

/** Where all identities descend from. Whoever has these keys can be anybody; the server needs none of them. */
export class Hierarchy {
  readonly #operator: KeyPair;
  readonly #account: KeyPair;
  readonly #system: KeyPair;

  /** Makes the keys that are not there yet. */
  static open(directory: string): Hierarchy {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const pair = (name: string, make: () => KeyPair) => keptAt(join(directory, `${name}.nk`), make);
    return new Hierarchy(
      pair('operator', createOperator),
      pair('account', createAccount),
      pair('system', createAccount),
    );
  }

  private constructor(operator: KeyPair, account: KeyPair, system: KeyPair) {
    this.#operator = operator;
    this.#account = account;
    this.#system = system;
  }

  /** What the server has to know to tell identities of this hierarchy from others. Nothing of it is secret. */
  async serverConfig(): Promise<string> {
    const [operator, account, system] = [this.#operator, this.#account, this.#system];
    const signed = { signer: operator };
    const [operatorJwt, accountJwt, systemJwt] = await Promise.all([
      encodeOperator('petri', operator, { system_account: system.getPublicKey() }),
      encodeAccount('petri', account, { limits: LIMITS }, signed),
      encodeAccount('system', system, {}, signed),
    ]);
    return [
      '# Who vouches for whom; made by the authority. Identities are not listed: each shows its own papers.',
      `operator: ${operatorJwt}`,
      `system_account: ${system.getPublicKey()}`,
      'resolver: MEMORY',
      'resolver_preload {',
      `  ${account.getPublicKey()}: ${accountJwt}`,
      `  ${system.getPublicKey()}: ${systemJwt}`,
      '}',
      '',
    ].join('\n');
  }

  /** A statement that whoever holds the other half of this public key has that identity, and what it may do. */
  vouch(identity: NatsIdentity, publicKey: string): Promise<string> {
    const { publish, subscribe } = natsPermissions(identity);
    const permissions = { pub: { allow: [...publish] }, sub: { allow: [...subscribe] } };
    return encodeUser(identity.name, fromPublic(publicKey), this.#account, permissions);
  }
}

const LIMITS = {
  conn: UNBOUNDED,
  leaf: 0,
  imports: 0,
  exports: 0,
  subs: UNBOUNDED,
  data: UNBOUNDED,
  payload: UNBOUNDED,
  mem_storage: UNBOUNDED,
  disk_storage: UNBOUNDED,
  streams: UNBOUNDED,
  consumer: UNBOUNDED,
};

function keptAt(path: string, make: () => KeyPair): KeyPair {
  const seed = readShort(path, MAX_SEED_BYTES);
  if (seed !== undefined) return fromSeed(new TextEncoder().encode(seed.trim()));
  const made = make();
  writeWhole(path, made.getSeed(), SECRET);
  return made;
}
