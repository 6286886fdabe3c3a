import { areRelated, leadsTo, type Path, SHAPE, shapeOf } from './value-paths.js';
import { type Read, type Spot, textOf, watchedAs, watchValue } from './watch-value.js';

/** That what stands at one spot is made of what stands at another. */
interface Stream {
  readonly to: Spot;
  readonly from: Spot;
  /** Whether it is the same, with everything in it. */
  readonly isCopy: boolean;
}

/** Something in a result. */
interface Leaf {
  readonly to: Spot;
  readonly text: string;
}

/** What a result has in it. */
interface Found {
  readonly leaves: Leaf[];
  readonly copies: Stream[];
  readonly objects: Spot[];
}

/** Further within than this a copy is taken as a whole. */
const DEEPEST = 12;

/** Finds out which parts of values a saga's functions read, and where what they made of them goes. */
export class ValueFlow {
  readonly #needed = new Map<string, Spot>();
  readonly #streams = new Map<string, Stream>();
  #reading: Read[] | undefined;

  /** The value, watched: whoever reads from it leaves a trace. What is no object has been read by whoever has it. */
  watch(value: unknown, spot: Spot): unknown {
    return watchValue(value, spot, (read) => this.#reading?.push(read));
  }

  /** Does work on whose result something depends: so it does on what the work reads. */
  decide<Result>(work: () => Result): Result {
    const { result, reads } = this.#listen(work);
    for (const read of reads) this.#need(read);
    return unwatched(result, undefined, { onCopy: (from) => this.#need(from) });
  }

  /** Does work whose result stands at a spot from then on. */
  bring<Result>(to: Spot, work: () => Result): Result {
    const { result, reads } = this.#listen(work);
    const found: Found = { leaves: [], copies: [], objects: [] };
    const plain = unwatched(result, to, {
      onLeaf: (leaf) => found.leaves.push(leaf),
      onCopy: (from, at) => at && found.copies.push({ to: at, from, isCopy: true }),
      onObject: (at) => found.objects.push(at),
    });
    for (const stream of [...found.copies, ...spreadStreams(reads, found), ...streamsBetween(reads, found)])
      this.#streams.set(`${keyOf(stream.to)} ${keyOf(stream.from)} ${stream.isCopy}`, stream);
    return plain;
  }

  /** What something depends on, of one subject. */
  needed(subject: string): Path[] {
    const found = new Map(this.#needed);
    for (const spot of found.values())
      for (const source of this.#sourcesOf(spot))
        if (!found.has(keyOf(source))) found.set(keyOf(source), source);
    return [...found.values()].filter((spot) => spot.subject === subject).map(({ path }) => path);
  }

  #sourcesOf(spot: Spot): Spot[] {
    return [...this.#streams.values()].flatMap(({ to, from, isCopy }) => {
      if (to.subject !== spot.subject || !areRelated(to.path, spot.path)) return [];
      // What is copied into itself again and again would have no end.
      const isWithin = isCopy && leadsTo(to.path, spot.path) && spot.path.length < DEEPEST;
      const rest = isWithin ? spot.path.slice(to.path.length) : [];
      return [{ subject: from.subject, path: [...from.path, ...rest] }];
    });
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
    const spot = { subject, path };
    this.#needed.set(keyOf(spot), spot);
  }
}

/** What is spread into an object has its parts there under their own names, also those that are missing this time. */
function spreadStreams(reads: readonly Read[], { objects }: Found): Stream[] {
  const spread = reads.filter(({ kind }) => kind === 'keys');
  return objects.flatMap((to) => spread.map((from) => ({ to, from, isCopy: true })));
}

/**
 * What of a result is made of what was read. Something that equals something read is that: under its own name, where
 * there are several. All else may be made of all that was read; and of what stands nowhere in the result, everything
 * in it may depend on that.
 */
function streamsBetween(reads: readonly Read[], { leaves, copies, objects }: Found): Stream[] {
  const spent = new Set<Read>();
  const streams = leaves.flatMap(({ to, text }) => {
    const equal = reads.filter((read) => read.text === text);
    const namesakes = equal.filter(({ path }) => path.at(-1) === to.path.at(-1));
    const same = namesakes.length > 0 ? namesakes : equal;
    for (const read of same) spent.add(read);
    return (same.length > 0 ? same : reads).map((from) => ({ to, from, isCopy: false }));
  });
  const isSpent = (read: Read) =>
    spent.has(read) ||
    (read.kind === 'keys' && objects.length > 0) ||
    copies.some(({ from }) => from.subject === read.subject && leadsTo(from.path, read.path)) ||
    // What was gone through to something within it says no more than that.
    (read.kind === 'touch' && reads.some((one) => isWithin(one, read)));
  const others = reads.filter((read) => !isSpent(read));
  const everything = [...leaves, ...copies].map(({ to }) => to);
  return [...streams, ...everything.flatMap((to) => others.map((from) => ({ to, from, isCopy: false })))];
}

/** Whether something that was read is part of something whose shape was asked for. */
function isWithin(one: Read, { subject, path }: Read): boolean {
  const whole = path.slice(0, -1);
  return one.subject === subject && one.kind !== 'touch' && leadsTo(whole, one.path);
}

interface Finds {
  readonly onLeaf?: (leaf: Leaf) => void;
  readonly onObject?: (to: Spot) => void;
  /** The spot that it was copied from, and the one at which it stands now. */
  readonly onCopy: (from: Spot, to: Spot | undefined) => void;
}

/** The result as it is without watching. */
function unwatched<Result>(result: Result, to: Spot | undefined, finds: Finds): Result {
  const visit = (value: unknown, at: Spot | undefined): unknown => {
    if (typeof value !== 'object' || value === null) {
      if (at) finds.onLeaf?.({ to: at, text: textOf(value) });
      return value;
    }
    const original = watchedAs(value);
    if (original) {
      finds.onCopy(original.spot, at);
      return original.value;
    }
    const within = (key: string) => at && { subject: at.subject, path: [...at.path, key] };
    if (Array.isArray(value)) {
      const shape = within(SHAPE);
      if (shape) finds.onLeaf?.({ to: shape, text: shapeOf(value) });
      return value.map((one: unknown, index) => visit(one, within(`${index}`)));
    }
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    if (at) finds.onObject?.(at);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, visit(inner, within(key))]));
  };
  // What is rebuilt is what it was.
  return visit(result, to) as Result;
}

function keyOf({ subject, path }: Spot): string {
  return JSON.stringify([subject, path]);
}
