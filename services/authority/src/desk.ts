import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { idViolation } from '@petri/core';
import type { NatsIdentity } from '@petri/islands';
import { PUBLIC, readShort, writeWhole } from './files.ts';
import type { Hierarchy } from './hierarchy.ts';
import { issuedName, REQUEST } from './papers.ts';

export type Role = NatsIdentity['role'];

export type DeskOptions = {
  hierarchy: Hierarchy;
  /** Where the answers go, for all to read. */
  issued: string;
  /** Directories that those of a role, and nobody else, may write to. */
  counters: Readonly<Record<Role, string>>;
  /** Told in a sentence. */
  onIssued: (sentence: string) => void;
  onRefused: (sentence: string) => void;
};

const MAX_KEY_BYTES = 128;
/** More than a cluster has nodes over its life; a flood of requests fills no disk. */
const MAX_ISSUED = 10_000;

/**
 * Answers requests: a file with a public key, whose name is the name that is asked for. A name belongs to the key that asked
 * for it first, for good. Secret keys stay where they were made.
 */
export class Desk {
  readonly #options: DeskOptions;
  readonly #refused = new Set<string>();

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  /** Answers what was not answered yet. */
  async look(): Promise<void> {
    for (const [role, directory] of Object.entries(this.#options.counters) as [Role, string][]) {
      const requests = readdirSync(directory).filter((file) => file.endsWith(REQUEST));
      for (const file of requests) await this.#answer(role, directory, file.slice(0, -REQUEST.length));
    }
  }

  async #answer(role: Role, directory: string, name: string): Promise<void> {
    const { issued, onIssued } = this.#options;
    const path = join(issued, issuedName(name));
    if (this.#refused.has(path) || existsSync(path)) return;
    try {
      const jwt = await this.#papers(role, name, join(directory, name + REQUEST));
      if (jwt === undefined) return;
      writeWhole(path, jwt, PUBLIC);
      onIssued(`${role} "${name}" has papers now`);
    } catch (thrown) {
      // Names of a flood are not remembered without end either: then they are looked at again.
      if (this.#refused.size < MAX_ISSUED) this.#refused.add(path);
      this.#options.onRefused(`${role} ${JSON.stringify(name)} gets no papers: ${(thrown as Error).message}`);
    }
  }

  async #papers(role: Role, name: string, request: string): Promise<string | undefined> {
    const { hierarchy, issued } = this.#options;
    const violation = idViolation('the name', name);
    if (violation) throw new Error(`${violation.field} ${violation.description}`);
    if (readdirSync(issued).length >= MAX_ISSUED) throw new Error(`${MAX_ISSUED} identities are enough`);
    const publicKey = readShort(request, MAX_KEY_BYTES)?.trim();
    if (publicKey === undefined) return undefined;
    const identity = role === 'node' ? { role, name, islands: [name], mayLead: false } : { role, name };
    return hierarchy.vouch(identity, publicKey);
  }
}
