import type { GenerationReport } from '../evolution/evolve.ts';
import { align, count, seconds } from '../report/format.ts';
import type { Output } from '../report/output.ts';
import type { IslandEnd } from './island.ts';
import type { Move } from './traffic.ts';

/** Without a terminal, a line is worth printing when so much less is missing. */
const WORTH_A_LINE = 0.9;

interface Standing {
  generation: number;
  best: number;
  /** What was missing when its last line was printed. */
  said: number;
  state: string;
  sent: number;
  admitted: number;
  /** Duplicates, refused and dropped ones. */
  turnedAway: number;
}

/** What is said of islands while they evolve, and the table of it in the end. */
export class IslandLog {
  readonly #output: Output;
  readonly #width: number;
  readonly #standings: ReadonlyMap<string, Standing>;

  constructor(output: Output, islands: readonly string[]) {
    this.#output = output;
    this.#width = Math.max(...islands.map((id) => id.length));
    this.#standings = new Map(
      islands.map((id) => [
        id,
        { generation: 0, best: 0, said: Infinity, state: '', sent: 0, admitted: 0, turnedAway: 0 },
      ]),
    );
  }

  generation(island: string, { generation, best }: GenerationReport): void {
    const standing = this.#of(island);
    standing.generation = generation;
    standing.best = best.score;
    const missing = 1 - best.score;
    if (!this.#output.live && missing < standing.said * WORTH_A_LINE) {
      standing.said = missing;
      this.#say(island, `generation ${generation}  best ${best.score.toFixed(6)}`);
    }
    this.#status();
  }

  move(island: string, { what, from, to, count: migrants, reason }: Move): void {
    const standing = this.#of(island);
    if (what === 'sent') standing.sent += migrants;
    else if (what === 'admitted') standing.admitted += migrants;
    else standing.turnedAway += migrants;
    const many = migrants === 1 ? '' : ` (${migrants})`;
    const why = reason === '' ? '' : `: ${reason}`;
    if (what === 'admitted' || what === 'rejected' || what === 'dropped')
      this.#say(island, `${from || '?'} → ${to || island}  a migrant was ${what}${many}${why}`);
    this.#status();
  }

  /** Of an island that lost, or found, the way to its node; or is over. */
  note(island: string, sentence: string, state = ''): void {
    this.#of(island).state = state;
    this.#say(island, this.#output.paint('red', sentence));
    this.#status();
  }

  table(ends: ReadonlyMap<string, IslandEnd>): void {
    this.#output.clearStatus();
    const header = [
      'island',
      'generations',
      'evaluations',
      'best',
      'sent',
      'came in',
      'turned away',
      'ended',
    ];
    const rows = [...ends].map(([island, { stop, last }]) => {
      const { sent, admitted, turnedAway } = this.#of(island);
      const figures = last
        ? [count(last.generation + 1), count(last.evaluations), last.best.score.toFixed(6)]
        : ['0', '0', '–'];
      return [island, ...figures, count(sent), count(admitted), count(turnedAway), ENDED[stop]];
    });
    const [head = '', ...lines] = align([header, ...rows], [1, 2, 3, 4, 5, 6]);
    this.#output.line(this.#output.paint('bold', head));
    for (const line of lines) this.#output.line(line);
  }

  /** `born` of the winner's recorded ancestors, by island. */
  descent(winner: string, born: ReadonlyMap<string, number>): void {
    const parts = [...born]
      .toSorted(([, a], [, b]) => b - a)
      .map(([island, many]) => `${count(many)} on ${island || 'nowhere known'}`);
    const all = [...born.values()].reduce((sum, many) => sum + many, 0);
    const text =
      all === 0 ? 'no recorded ancestors' : `${count(all)} recorded ancestors, born ${parts.join(', ')}`;
    this.#output.line(`the winner, of ${winner}, has ${text}`);
  }

  verdict(reached: boolean, elapsedMs: number): void {
    const text = reached ? 'target reached' : 'target NOT reached';
    this.#output.line(this.#output.paint(reached ? 'green' : 'red', `${text} in ${seconds(elapsedMs)}`));
  }

  #status(): void {
    const standings = [...this.#standings].map(
      ([id, { generation, best, state }]) => `${id} ${state || `${generation}: ${best.toFixed(4)}`}`,
    );
    const admitted = [...this.#standings.values()].reduce((sum, each) => sum + each.admitted, 0);
    this.#output.status(`  ${standings.join('  ')}  migrants ${count(admitted)}`);
  }

  #say(island: string, text: string): void {
    this.#output.line(`  ${this.#output.paint('dim', island.padEnd(this.#width))}  ${text}`);
  }

  #of(island: string): Standing {
    return this.#standings.get(island) as Standing;
  }
}

const ENDED: Record<IslandEnd['stop'], string> = {
  GOAL: 'goal reached',
  GENERATIONS: 'out of generations',
  ABORTED: 'stopped, as the goal was reached',
  LOST: 'its node was lost',
};
