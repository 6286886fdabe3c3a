import { Handing } from './handing.js';
import { Interest } from './interest.js';
import { type Kept, type Site, type Substitute, THROWN } from './site.js';
import type { Stream } from './stream.js';
import { Streams } from './streams.js';
import { holdsWatched, unwatched } from './unwatched.js';
import { areRelated, leadsTo, type Path } from './value-paths.js';
import { type Read, type Spot, spotKey, textOf, watchValue } from './watch-value.js';

/** What a function asked for. */
export interface Collected {
  /** As text. */
  readonly asked: string;
  /** What stands at a spot from then on. */
  readonly gifts: readonly { readonly to: Spot; readonly value: unknown }[];
}

/** Tells on what something depends. */
interface Influence {
  /** Whether something depends on what a function has made of what stands there, be it as it was. */
  readonly isUsed: (spot: Spot, by: Site) => boolean;
  /** Whether something depends on what was made of it, and that is something else now. */
  readonly isOfAccount: (spot: Spot) => boolean;
}

/** So often what was done before something came to be of interest is done once more. */
const MOST_REPEATS = 3;

/** Finds out which parts of values a saga's functions read, and where what they made of them goes. */
export class ValueFlow {
  readonly #interest: Interest;
  readonly #needed = new Map<string, Spot>();
  readonly #streams: Streams;
  readonly #handing: Handing;
  readonly #sites = new Map<string, Site>();
  /** Values that are watched, by subject: one is often asked for. */
  readonly #watched = new Map<string, WeakMap<object, unknown>>();
  #reading: Read[] | undefined;
  #substitute: Substitute | undefined;
  #isRepeating = false;

  /**
   * @param interest - what is worth watching from the beginning; what is made of it is added. Left out: everything
   * @param confirms - whether something is only taken to be made of what it isn't where another value changes it
   */
  constructor(interest: Interest = new Interest(), confirms = false) {
    this.#interest = interest;
    this.#streams = new Streams(interest);
    this.#handing = new Handing(interest, this.#streams, confirms);
  }

  /** What there is of interest in a value of that subject, as a number that grows: 0 where there is nothing. */
  interestIn(subject: string, value: unknown): number {
    return this.#interest.latestIn(subject, value);
  }

  /** The same of any value of that subject. */
  interestOf(subject: string): number {
    return this.#interest.latestOf(subject);
  }

  /** Grows when anything comes to be of interest. */
  get version(): number {
    return this.#interest.version;
  }

  /** The value, watched: whoever reads from it leaves a trace. What is no object has been read by whoever has it. */
  watch(value: unknown, { subject, path }: Spot): unknown {
    const isWhole = path.length === 0;
    const latest = isWhole ? this.#interest.latestIn(subject, value) : this.#interest.latestOf(subject);
    if (latest === 0) return value;
    const watchAnew = () =>
      watchValue(
        value,
        { subject, path },
        (read, inner) => this.#onRead(read, inner),
        (key) => this.#interest.isUnder(subject, path[0] ?? key),
      );
    if (typeof value !== 'object' || value === null || !isWhole) return watchAnew();
    const known = this.#watched.get(subject) ?? new WeakMap<object, unknown>();
    this.#watched.set(subject, known);
    const before = known.get(value);
    if (before !== undefined) return before;
    const watched = watchAnew();
    known.set(value, watched);
    return watched;
  }

  #onRead(read: Read, value: unknown): unknown {
    if (!this.#interest.isAt(read)) return value;
    this.#reading?.push(read);
    return this.#substitute?.key === read.key ? this.#substitute.value : value;
  }

  /** A function where it stands: always the same for the same place. */
  site(place: string, make: (place: string) => Site): Site {
    const known = this.#sites.get(place) ?? make(place);
    this.#sites.set(place, known);
    return known;
  }

  get sites(): readonly Site[] {
    return [...this.#sites.values()];
  }

  /** Whether work is only tried with another value, or done once more: nothing may come of it. */
  get isTrying(): boolean {
    return this.#substitute !== undefined || this.#isRepeating;
  }

  /** Remembers a call of a function, so that it can be done once more when more is of interest. */
  keep(by: Site, { args, interestIn, call }: Omit<Kept, 'version'>): void {
    if (by.keepsMore && !this.isTrying) by.keep({ args, interestIn, call, version: this.#interest.version });
  }

  /** Does once more what was done before something in its arguments came to be of interest. Nothing comes of it. */
  repeat(): void {
    this.#isRepeating = true;
    for (let round = 0; round < MOST_REPEATS; round += 1) {
      const { version } = this.#interest;
      for (const { kept } of this.sites) for (const one of kept) this.#repeatOne(one);
      if (this.#interest.version === version) break;
    }
    this.#isRepeating = false;
  }

  #repeatOne(one: Kept): void {
    const { args, version, interestIn, call } = one;
    if (version === this.#interest.version || interestIn(args) <= version) return;
    one.version = this.#interest.version;
    attempt(() => call(args));
  }

  /** Does work on whose result something depends: so it does on what the work reads. */
  decide<Result>(work: () => Result, by?: Site, answerOf: (result: Result) => string = textOf): Result {
    if (this.#substitute) return unwatched(work());
    const { result, reads } = this.#listen(work);
    if (reads.length === 0 && !holdsWatched(result)) return result;
    for (const read of reads) this.#need(read);
    const plain = unwatched(result, undefined, { onCopy: (from) => this.#need(from) });
    by?.note(reads, answerOf(plain), this.#again(work, answerOf));
    return plain;
  }

  /** Does work whose result stands at a spot from then on. */
  bring<Result>(to: Spot, work: () => Result, by?: Site): Result {
    if (this.#substitute) return unwatched(work());
    const { result, reads } = this.#listen(work);
    if (reads.length === 0 && !holdsWatched(result)) return result;
    const again = this.#again(work, textOf);
    const { plain, isNew } = this.#handing.hand(reads, to, result, by, again);
    if (isNew) by?.note(reads, textOf(plain), again);
    return plain;
  }

  /** Does work that asks for things to be done: something depends on all that it reads, and some of it is handed on. */
  collect(work: () => Collected, by: Site): void {
    const { handed } = this.decide(
      () => {
        const collected = work();
        return { ...collected, handed: this.#substitute ? [] : this.#handedIn(collected, by) };
      },
      by,
      ({ asked }) => asked,
    );
    for (const hand of handed) hand();
  }

  #handedIn({ gifts }: Collected, by: Site): (() => void)[] {
    const reads = [...(this.#reading ?? [])];
    return gifts
      .filter(({ value }) => reads.length > 0 || holdsWatched(value))
      .map(
        ({ to, value }) =>
          () =>
            this.#handing.hand(reads, to, value, by),
      );
  }

  #again<Result>(work: () => Result, answerOf: (result: Result) => string) {
    return (substitute: Substitute): string => {
      const reading = this.#reading;
      this.#reading = undefined;
      this.#substitute = substitute;
      try {
        const result = work();
        substitute.onDone?.();
        return answerOf(unwatched(result));
      } catch {
        return THROWN;
      } finally {
        this.#substitute = undefined;
        this.#reading = reading;
      }
    };
  }

  /** Says that what stands at one spot may be what stands at another. */
  join(to: Spot, from: Spot): void {
    this.#streams.add({ to, from, isCopy: true });
  }

  /** What something depends on, of one subject. */
  needed(subject: string): Path[] {
    return this.#streams
      .sourcesOf(this.#needed.values())
      .filter((spot) => spot.subject === subject)
      .map(({ path }) => path);
  }

  influence(): Influence {
    const needed = this.#streams.sourcesOf(this.#needed.values());
    const isNeeded = ({ to }: Stream) =>
      needed.some(({ subject, path }) => subject === to.subject && areRelated(path, to.path));
    const made = this.#streams.made.filter(isNeeded);
    const isWithin = ({ subject, path }: Spot, { to }: Site) =>
      to !== undefined && to.subject === subject && leadsTo(to.path, path);
    const keysOf = (streams: readonly Stream[]) => new Set(streams.map(({ from }) => spotKey(from)));
    const changed = keysOf(made.filter(({ isSame }) => !isSame));
    return {
      isUsed: (spot, by) => keysOf(made.filter(({ to }) => isWithin(to, by))).has(spotKey(spot)),
      isOfAccount: (spot) => changed.has(spotKey(spot)),
    };
  }

  /** Where what stands at a spot comes from, and the spot itself, which is the first. */
  sourcesOf(spot: Spot): Spot[] {
    return this.#streams.sourcesOf([spot]);
  }

  #listen<Result>(work: () => Result): { readonly result: Result; readonly reads: readonly Read[] } {
    const before = this.#reading;
    const reads: Read[] = [];
    this.#reading = reads;
    try {
      return { result: work(), reads };
    } catch (thrown) {
      // That it throws depends on what it has read.
      for (const read of reads) this.#need(read);
      throw thrown;
    } finally {
      this.#reading = before;
    }
  }

  #need({ subject, path }: Spot): void {
    const key = spotKey({ subject, path });
    if (!this.#needed.has(key)) this.#needed.set(key, { subject, path });
  }
}

/** What throws has done so before. */
function attempt(work: () => unknown): void {
  try {
    work();
  } catch {
    return;
  }
}
