import { KEYS, SHAPE } from './value-paths.js';
import { type Read, type Spot, spotKey } from './watch-value.js';

/** Another value in the place of what stands at a spot. */
export interface Substitute {
  readonly key: string;
  readonly value: unknown;
  /** Is told when the function has done its work. */
  readonly onDone?: () => void;
}

/** One time that a function was asked. */
export interface Call {
  /** What it read, by spot, as text. */
  readonly texts: ReadonlyMap<string, string>;
  /** What came of it, as text. */
  readonly answer: string;
  /** What would have come of it. */
  readonly again: (substitute: Substitute) => string;
}

/** A call that can be done once more. */
export interface Kept {
  readonly args: readonly unknown[];
  /** What there is of interest in the arguments, as a number that grows. */
  readonly interestIn: (args: readonly unknown[]) => number;
  readonly call: (args: readonly unknown[]) => unknown;
  /** What was of interest when it was done. */
  version: number;
}

/** What comes of a function that throws. */
export const THROWN = 'it throws';
/** So many of its calls can be done once more. */
const MOST_KEPT = 64;
/** So many calls that differ are kept. */
const MOST_CALLS = 48;
/** What reads more than this at once is a piece of work: which of it matters can't be told by comparing calls. */
const MOST_READS = 40;
/** An object, whatever is in it. */
const OBJECT = '{}';

/** A function of a saga's, where it stands: what it has read, and what came of it. */
export class Site {
  /** For people: `isBig`, `the guard of PAY in PENDING (1st of 2)`. */
  readonly name: string;
  readonly code: unknown;
  /** Told only where another value is known to make a difference. */
  readonly isLenient: boolean;
  /** Whether something depends on what comes of it; else it stands somewhere from then on. */
  decides = false;
  /** Whether it asks for things to be done. */
  collects = false;
  /** Where what it makes stands from then on. */
  to: Spot | undefined;
  /** Tells it from all others. */
  readonly place: string;
  readonly #spots = new Map<string, Spot>();
  readonly #seen = new Set<string>();
  readonly #calls: Call[] = [];
  readonly #mattering = new Set<string>();
  readonly #objects = new Set<string>();
  readonly #kept: Kept[] = [];
  readonly #hands = new Set<string>();
  readonly #shapes = new Map<string, number>();

  constructor(place: string, name: string, code: unknown, isLenient = false) {
    this.place = place;
    this.name = name;
    this.code = code;
    this.isLenient = isLenient;
  }

  /** Where it has read what may be of account, and no other value that was there made a difference. */
  get unexplained(): Spot[] {
    return [...this.#spots]
      .filter(([key]) => !this.#mattering.has(key) && !this.#objects.has(key))
      .map(([, spot]) => spot);
  }

  /** Where another value that was there made a difference. */
  get explained(): Spot[] {
    return [...this.#spots].filter(([key]) => this.#mattering.has(key)).map(([, spot]) => spot);
  }

  /** Calls in which it read what stands there, and there was something. */
  callsOf(key: string): Call[] {
    return this.#calls.filter(({ texts }) => !isAbsent(texts.get(key)));
  }

  /** Whether it has ever read anything there but that there is nothing. */
  hasRead(key: string): boolean {
    return this.callsOf(key).length > 0;
  }

  /** Its first calls. */
  get kept(): readonly Kept[] {
    return this.#kept;
  }

  get keepsMore(): boolean {
    return this.#kept.length < MOST_KEPT;
  }

  keep(call: Kept): void {
    this.#kept.push(call);
  }

  /** Whether that hasn't come of what it made before. */
  isNewHand(text: string): boolean {
    if (this.#hands.has(text)) return false;
    this.#hands.add(text);
    return true;
  }

  /** How often it has made something that looks like this, apart from the values in it. */
  timesAlike(shape: string): number {
    const times = (this.#shapes.get(shape) ?? 0) + 1;
    this.#shapes.set(shape, times);
    return times;
  }

  note(reads: readonly Read[], answer: string, again: Call['again']): void {
    const texts = new Map<string, string>();
    const spots = new Map<string, Spot>();
    for (const read of reads) {
      const { subject, path, text, kind } = read;
      if (kind === 'keys') {
        // What is only made may have all of them, whichever they are.
        if (!this.decides || this.collects) continue;
        const all = { subject, path: [...path, KEYS] };
        texts.set(spotKey(all), text);
        spots.set(spotKey(all), all);
        continue;
      }
      const isObject = kind === 'touch';
      const spot = isObject && path.at(-1) === SHAPE ? { subject, path: path.slice(0, -1) } : read;
      const key = isObject ? spotKey(spot) : read.key;
      if (isObject) this.#objects.add(key);
      texts.set(key, isObject ? OBJECT : text);
      spots.set(key, spot);
    }
    const all = `${[...texts].join('\u0002')}\u0003${answer}`;
    if (texts.size === 0 || this.#seen.has(all)) return;
    this.#seen.add(all);
    for (const [key, spot] of spots) this.#spots.set(key, spot);
    const isOpen = [...texts.keys()].some((key) => !this.#mattering.has(key) && !this.#objects.has(key));
    if (isOpen && texts.size <= MOST_READS)
      for (const call of this.#calls) this.#compare(call, texts, answer);
    if (this.#calls.length < MOST_CALLS) this.#calls.push({ texts, answer, again });
  }

  /** Where two calls differ in one thing that they read, and in what came of it, that thing matters. */
  #compare(call: Call, texts: ReadonlyMap<string, string>, answer: string): void {
    if (call.answer === answer) return;
    const differing = [...texts].filter(([key, text]) => (call.texts.get(key) ?? text) !== text);
    const [first] = differing;
    if (differing.length !== 1 || !first) return;
    const [key, text] = first;
    if (![text, call.texts.get(key)].some(isAbsent)) this.#mattering.add(key);
  }
}

/** Whether nothing stands there. */
export function isAbsent(text: string | undefined): boolean {
  return text === undefined || text === 'undefined' || text === 'null';
}
