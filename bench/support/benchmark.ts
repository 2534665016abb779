/** What a ratio, or without a ratio the value itself, should be. */
export type Target = { atLeast: number } | { atMost: number };

export type Row = {
  what: string;
  value: number;
  unit: string;
  /** Interval of confidence of 95%, in the same unit. */
  within?: readonly [low: number, high: number];
  /** What the value is held against, measured in the same run, in the same unit. */
  baseline?: { what: string; value: number };
  ratio?: number;
  target?: Target;
  /** Whether the target was met; absent if there is none. */
  ok?: boolean;
  /** A figure of correctness rather than speed: missing its target fails the whole bench. */
  correctness?: true;
};

export type Context = {
  /** Fewer rounds and items: a minute in all, and figures to be taken with a grain of salt. */
  quick: boolean;
  /** Says what is going on. */
  progress: (text: string) => void;
  /** Says in a sentence what there will be no figures of, and why. */
  skip: (text: string) => void;
};

export type Benchmark = {
  name: string;
  title: string;
  run: (context: Context) => Promise<Row[]>;
};

export type Report = {
  name: string;
  title: string;
  seconds: number;
  /** What part of the CPU time used meanwhile went to processes that were not ours; above some percent, distrust it. */
  others: number;
  rows: Row[];
};
