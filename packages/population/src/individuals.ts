/** Sandboxes with the ids of individuals. */
export interface IndividualSandboxes {
  /** Whose it is; undefined if there is none. */
  tenantOf(id: string): string | undefined;
  /** The hash of the genome that it has now; undefined if there is none, or no code in it. */
  genomeOf(id: string): string | undefined;
}

export const NO_SANDBOXES: IndividualSandboxes = { tenantOf: () => undefined, genomeOf: () => undefined };
