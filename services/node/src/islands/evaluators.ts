import type { EvaluationSpec } from '@petri/sandbox';

/** Enough for the experiments of one node at a time; a spec may hold the data of a whole problem. */
const KEPT = 64;

/** How individuals were evaluated here of late, by the hash in their evaluations: immigrants are evaluated likewise. */
export class Evaluators {
  readonly #specs = new Map<string, EvaluationSpec>();

  remember(sha256: string, spec: EvaluationSpec): void {
    this.#specs.delete(sha256);
    this.#specs.set(sha256, spec);
    if (this.#specs.size <= KEPT) return;
    const [oldest] = this.#specs.keys();
    this.#specs.delete(oldest!);
  }

  find(sha256: string): EvaluationSpec | undefined {
    return this.#specs.get(sha256);
  }
}
