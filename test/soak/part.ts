import type { Sandboxes } from '@petri/client';
import type { Killers } from './killers.ts';
import type { Tally } from './tally.ts';

/** What every part of the load works with. */
export type Bench = { sandboxes: Sandboxes; tally: Tally; killers: Killers };

/** One kind of load. */
export type Part = {
  name: string;
  prepare?: () => Promise<void>;
  round: () => Promise<void>;
  /** Looks at everything once more when the load is over. */
  finish?: () => Promise<void>;
};
