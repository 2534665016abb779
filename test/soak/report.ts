import { type Growth, growthOf } from './growth.ts';
import type { Sample } from './sample.ts';
import type { Soak } from './soak.ts';

/** What is kept of a soak. */
export type Report = Omit<Soak, 'tally' | 'samples'> & {
  answers: number;
  killers: number;
  /** How killers ended. */
  outcomes: Record<string, number>;
  wrong: number;
  lost: number;
  examples: string[];
  growth: Growth[];
  samples: Sample[];
};

export function reportOf({ tally, samples, ...rest }: Soak): Report {
  const { items: answers, killers, outcomes, wrong, lost, examples } = tally;
  const growth = growthOf(samples);
  return { ...rest, answers, killers, outcomes, wrong, lost, examples: [...examples], growth, samples };
}

/** Everything that fails the soak, in words. */
export function complaintsOf({ wrong, lost, examples, growth, complaints, exitCode }: Report): string[] {
  return [
    ...(wrong > 0 ? [`${wrong} answers were wrong`] : []),
    ...(lost > 0 ? [`${lost} answers were lost`] : []),
    ...examples,
    ...growth
      .filter(({ ok }) => !ok)
      .map(
        ({ what, perMinute, atMost, unit }) => `${what}: +${perMinute} ${unit} a minute, at most ${atMost}`,
      ),
    ...(complaints === '' ? [] : [`the node complained: ${complaints}`]),
    ...(exitCode === 0 ? [] : [`the node ended with ${exitCode}`]),
  ];
}

/** As JSON with a sample on each line. */
export function textOf({ samples, ...rest }: Report): string {
  const head = JSON.stringify(rest, null, 2).replace(/\n}$/, '');
  return `${head},\n  "samples": [\n${samples.map((sample) => `    ${JSON.stringify(sample)}`).join(',\n')}\n  ]\n}\n`;
}
