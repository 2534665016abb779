import type { Connection } from '../src/demo/connection.ts';
import type { Evaluator } from '../src/evolution/evaluator.ts';

/** A connection to no node: candidates go to this evaluator, whatever their isolation. */
export function connectionTo(evaluator: Evaluator, onDisposal: () => void = () => undefined): Connection {
  return {
    address: 'nowhere:1',
    started: false,
    workers: 1,
    evaluator: () => evaluator,
    kills: async () => ({}),
    [Symbol.asyncDispose]: async () => onDisposal(),
  };
}
