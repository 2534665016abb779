interface Candidate {
  call(name: string, rows: readonly (readonly number[])[]): Promise<unknown>;
}

interface Score {
  readonly score: number;
  readonly components: Readonly<Record<string, number>>;
}

export default function fitness(candidate: Candidate, context: { readonly data: unknown }): Promise<Score>;
