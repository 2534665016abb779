import type { EvaluationSpec } from '@petri/sandbox';

/** Enough for the experiments of one node at a time; a spec may hold the data of a whole problem. */
const KEPT = 64;

/** Where evaluators outlast the process. */
export interface EvaluatorStore {
  /** The least recently added first. */
  load(): Promise<[sha256: string, spec: EvaluationSpec][]>;
  put(sha256: string, spec: EvaluationSpec): Promise<void>;
  remove(sha256: string): Promise<void>;
}

type Options = {
  /** Undefined: they are forgotten with the process. */
  store: EvaluatorStore | undefined;
  /** Told of what could not be stored. */
  onError: (thrown: unknown) => void;
};

/** How individuals were evaluated here of late, by the hash in their evaluations: immigrants are evaluated likewise. */
export class Evaluators {
  readonly #options: Options;
  readonly #specs: Map<string, EvaluationSpec>;

  /** @throws PetriError of the store */
  static async open(options: Options): Promise<Evaluators> {
    return new Evaluators(options, (await options.store?.load()) ?? []);
  }

  private constructor(options: Options, known: readonly [string, EvaluationSpec][]) {
    this.#options = options;
    this.#specs = new Map(known);
  }

  remember(sha256: string, spec: EvaluationSpec): void {
    const isNew = !this.#specs.delete(sha256);
    this.#specs.set(sha256, spec);
    if (!isNew) return;
    const { store, onError } = this.#options;
    store?.put(sha256, spec).catch(onError);
    if (this.#specs.size <= KEPT) return;
    const [oldest = ''] = this.#specs.keys();
    this.#specs.delete(oldest);
    store?.remove(oldest).catch(onError);
  }

  find(sha256: string): EvaluationSpec | undefined {
    return this.#specs.get(sha256);
  }
}
