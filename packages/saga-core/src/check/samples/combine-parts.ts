/** So many combinations are made of all values with all. */
const MOST_WHOLE = 24;
/** More rows than this aren't made for the sake of every two values together, nor to vary each part alone. */
const MOST_ROWS = 48;

/** Rows of values, one of each part. */
export interface Combinations {
  readonly rows: readonly (readonly unknown[])[];
  /** Of so many parts, whichever they are, every combination is there; 0 where some value is in no row. */
  readonly together: number;
}

/**
 * Combines the values of several parts: every combination where those are few; else so that every two values of two
 * parts are there together; where that takes too many rows, so that each part varies alone, or at least each value is
 * there once.
 *
 * @param fits - whether a row may be; where it refuses one of many, others are looked for with the same values
 */
export function combineParts(
  parts: readonly (readonly unknown[])[],
  fits: (row: readonly unknown[]) => boolean = () => true,
): Combinations {
  const count = parts.reduce((product, values) => product * values.length, 1);
  const valuesOf = (row: readonly number[]) => row.map((index, part) => parts[part]?.[index]);
  if (count <= MOST_WHOLE || parts.length < 2) {
    const rows = everyRow(parts.map(({ length }) => length)).map(valuesOf);
    return { rows: rows.filter(fits), together: parts.length };
  }
  const lengths = parts.map(({ length }) => length);
  const design = new Design(lengths, (row) => fits(valuesOf(row)));
  const together = design.pairs() ?? design.singles();
  return { rows: design.rows.map(valuesOf), together };
}

/** Each value of each part at least once, and nothing more: the first row has the first of the first part, and so on. */
export function eachOnce(parts: readonly (readonly unknown[])[]): unknown[][] {
  const most = Math.max(...parts.map(({ length }) => length));
  return Array.from({ length: most }, (_, row) =>
    parts.map((values, part) => values[(row + part) % values.length]),
  );
}

/** Every combination, the last part changing fastest. */
function everyRow(lengths: readonly number[]): number[][] {
  return lengths.reduce<number[][]>(
    (rows, length) => rows.flatMap((row) => Array.from({ length }, (_, index) => [...row, index])),
    [[]],
  );
}

/** What has to be in some row: an index of each of these parts. */
type Wanted = ReadonlyMap<number, number>;

/** Rows of indices that are added one by one, until everything that is wanted is in one of them. */
class Design {
  rows: number[][] = [];
  readonly #lengths: readonly number[];
  readonly #fits: (row: readonly number[]) => boolean;
  /** Every two values of two parts that have not been in one row. */
  #apart: Map<string, Wanted> = new Map();

  constructor(lengths: readonly number[], fits: (row: readonly number[]) => boolean) {
    this.#lengths = lengths;
    this.#fits = fits;
  }

  /** Rows with every two values of two parts; `undefined` where they would be too many. */
  pairs(): number | undefined {
    const [largest = 1, next = 1] = [...this.#lengths].sort((a, b) => b - a);
    if (largest * next > MOST_ROWS) return undefined;
    this.#apart = this.#allPairs();
    if (this.#cover([...this.#apart.values()], (wanted) => this.#apart.has(pairOf(wanted)))) return 2;
    return this.#hasEachValue() ? 1 : undefined;
  }

  /** Rows in which each part varies alone, or at least each value is there. */
  singles(): number {
    this.rows = [];
    this.#apart = new Map();
    const values = this.#lengths.flatMap((length, part) =>
      Array.from({ length }, (_, index): Wanted => new Map([[part, index]])),
    );
    const isMissing = (wanted: Wanted) => !this.rows.some((row) => isIn(row, wanted));
    if (values.length - this.#lengths.length < MOST_ROWS) return this.#cover(values, isMissing) ? 1 : 0;
    const indices = this.#lengths.map((length) => Array.from({ length }, (_, index) => index));
    this.rows = (eachOnce(indices) as number[][]).filter((row) => this.#fits(row));
    return this.#hasEachValue() ? 1 : 0;
  }

  #allPairs(): Map<string, Wanted> {
    const pairs = new Map<string, Wanted>();
    this.#lengths.forEach((length, part) => {
      for (let other = part + 1; other < this.#lengths.length; other += 1)
        for (let x = 0; x < length; x += 1)
          for (let y = 0; y < (this.#lengths[other] ?? 0); y += 1)
            pairs.set(pairName(part, x, other, y), new Map([[part, x]]).set(other, y));
    });
    return pairs;
  }

  #hasEachValue(): boolean {
    return this.#lengths.every((length, part) => new Set(this.rows.map((row) => row[part])).size === length);
  }

  /** Adds rows until nothing is missing any more; false where that can't be, or takes too many. */
  #cover(all: readonly Wanted[], isMissing: (wanted: Wanted) => boolean): boolean {
    const first = this.#lengths.map(() => 0);
    if (this.#fits(first)) this.#take(first);
    let isWhole = true;
    for (const wanted of all) {
      if (!isMissing(wanted)) continue;
      if (this.rows.length >= MOST_ROWS) return false;
      const row = this.#rowWith(wanted);
      if (row) this.#take(row);
      else isWhole = false;
    }
    return isWhole;
  }

  #take(row: number[]): void {
    this.rows.push(row);
    row.forEach((x, part) => {
      for (let other = part + 1; other < row.length; other += 1)
        this.#apart.delete(pairName(part, x, other, row[other] ?? 0));
    });
  }

  /** A row with what is wanted: one that is made for it, or one of those that are there, with that in it. */
  #rowWith(wanted: Wanted): number[] | undefined {
    const changed = this.rows.map((row) => row.map((index, part) => wanted.get(part) ?? index));
    return [this.#filled(wanted), ...changed].find((row) => this.#fits(row));
  }

  /** What is wanted, and of each other part the value that has not been with most of those. */
  #filled(wanted: Wanted): number[] {
    if (this.#apart.size === 0) return this.#lengths.map((_, part) => wanted.get(part) ?? 0);
    const filled = new Map(wanted);
    this.#lengths.forEach((length, part) => {
      if (filled.has(part)) return;
      const scores = Array.from({ length }, (_, index) => this.#countApart(part, index, filled));
      const best = [...scores.keys()].filter((index) => scores[index] === Math.max(...scores));
      // Of equals another one in each row, so that rows differ in more than they must.
      filled.set(part, best[(this.rows.length + part) % best.length] ?? 0);
    });
    return this.#lengths.map((_, part) => filled.get(part) ?? 0);
  }

  #countApart(part: number, index: number, others: Wanted): number {
    return [...others].filter(([other, y]) =>
      this.#apart.has(part < other ? pairName(part, index, other, y) : pairName(other, y, part, index)),
    ).length;
  }
}

function isIn(row: readonly number[], wanted: Wanted): boolean {
  return [...wanted].every(([part, index]) => row[part] === index);
}

function pairOf(wanted: Wanted): string {
  const [[part, x], [other, y]] = [...wanted] as [[number, number], [number, number]];
  return pairName(part, x, other, y);
}

/** Of two parts, the first first. */
function pairName(part: number, x: number, other: number, y: number): string {
  return `${part}:${x} ${other}:${y}`;
}
