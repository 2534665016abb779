import type { Petri } from '@petri/client';

/** A part of a node that one caller changes, one change after the other, and that is verified after each crash. */
export type Model = {
  /** Changes that were acknowledged, since the beginning. */
  readonly acknowledged: number;
  /** One change, chosen by `random`; it rejects when the node dies under it. */
  change(petri: Petri, random: () => number): Promise<void>;
  /** Fails if the node has not all that it acknowledged, or has half of anything. */
  verify(petri: Petri): Promise<void>;
};
