import { parseArgs } from 'node:util';

export const HELP = `Usage: npm run soak -- [--minutes N] [--out DIR] [--every SECONDS] [--pause MS]

  --minutes N      how long (30); Ctrl-C ends it earlier, with a report
  --out DIR        where soak.json and soak.svg go (soak)
  --every SECONDS  between two samples (5)
  --pause MS       between two rounds of each part of the load (500); 0 is as much as the node takes

A node with two workers and a spare, under a mixed load of which every hundredth item is a killer. Exit status 1 if an
answer was wrong or lost, if the node complained, or if something grew after the warm-up (runs of 10 minutes or more).`;

export type Options = { minutes: number; out: string; everyMs: number; pauseMs: number };

/** Undefined if it is help that was asked for. @throws Error about what cannot be meant. */
export function optionsFrom(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '30' },
      out: { type: 'string', default: 'soak' },
      every: { type: 'string', default: '5' },
      pause: { type: 'string', default: '500' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  return {
    minutes: positive('minutes', values.minutes),
    out: values.out,
    everyMs: positive('every', values.every) * 1_000,
    pauseMs: values.pause === '0' ? 0 : positive('pause', values.pause),
  };
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!(number > 0 && Number.isFinite(number)))
    throw new Error(`--${name} must be a positive number: ${text}`);
  return number;
}
