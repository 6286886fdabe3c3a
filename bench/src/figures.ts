import { type Spread, spreadOf } from './latencies.ts';

/** Where a figure belongs: scenario, who, what, as in `throughput/dbos/perSecond`. */
export type FigurePath = `${string}/${string}/${string}`;

/** What a run has measured, round by round. */
export class Figures {
  readonly #rounds: Map<string, number[]>;

  constructor(stored: Readonly<Record<string, readonly number[]>> = {}) {
    this.#rounds = new Map(Object.entries(stored).map(([path, rounds]) => [path, [...rounds]]));
  }

  /** Adds the value of one more round. */
  add(path: FigurePath, value: number): void {
    this.#rounds.set(path, [...this.rounds(path), value]);
  }

  /** Adds several of one scenario and subject. */
  addAll(scenario: string, subject: string, values: Readonly<Record<string, number>>): void {
    for (const [metric, value] of Object.entries(values)) this.add(`${scenario}/${subject}/${metric}`, value);
  }

  /** In the order in which they were measured; empty where it wasn't. */
  rounds(path: FigurePath): readonly number[] {
    return this.#rounds.get(path) ?? [];
  }

  has(path: FigurePath): boolean {
    return this.#rounds.has(path);
  }

  /** Median, least and greatest of the rounds; `undefined` where it wasn't measured. */
  spread(path: FigurePath): Spread | undefined {
    const rounds = this.rounds(path);
    return rounds.length > 0 ? spreadOf(rounds) : undefined;
  }

  /** The quotients of two figures, round by round: what slows the whole machine for a while cancels out. */
  ratio(of: FigurePath, to: FigurePath): Spread | undefined {
    const [dividends, divisors] = [this.rounds(of), this.rounds(to)];
    const pairs = Math.min(dividends.length, divisors.length);
    if (pairs === 0) return undefined;
    return spreadOf(dividends.slice(0, pairs).map((value, round) => value / (divisors[round] ?? Number.NaN)));
  }

  toJSON(): Record<string, readonly number[]> {
    return Object.fromEntries(this.#rounds);
  }
}
