import type { MessageInitShape } from '@bufbuild/protobuf';
import { toValue } from '@petri/contracts';
import type { GenomeSchema, RunSpecSchema } from '@petri/contracts/v1';

/** The small function of most benchmarks: sandbox number `n` adds its number to a square. */
export const SANDBOXES = 200;
export const smallSource = (n: number): string => `export const f = (x) => x * x + ${n};`;
export const smallResult = (n: number, x: number): number => x * x + n;

export function genome(source: string): MessageInitShape<typeof GenomeSchema> {
  return { modules: [{ name: 'main', code: { case: 'javascript', value: source } }] };
}

export function call(name: string, ...args: number[]): MessageInitShape<typeof RunSpecSchema> {
  return {
    target: {
      case: 'call',
      value: { function: name, arguments: args.map((arg) => toValue(arg, 'argument')) },
    },
  };
}
