import type { Leaf } from './unwatched.js';
import { leadsTo } from './value-paths.js';
import { type Read, type Spot, spotKey } from './watch-value.js';

/** That what stands at one spot is made of what stands at another. */
export interface Stream {
  readonly to: Spot;
  readonly from: Spot;
  /** Whether it is the same, with everything in it. */
  readonly isCopy: boolean;
  /** Whether it is a text or a number that stands there as it was. */
  readonly isSame?: boolean;
  /** Whether nothing came to stand there. */
  readonly isNothing?: boolean;
}

/** What a result has in it. */
export interface Found {
  readonly leaves: Leaf[];
  readonly copies: Stream[];
  readonly objects: Spot[];
}

/** A stream as text. */
export function streamKey({ to, from, isCopy, isSame = false, isNothing = false }: Stream): string {
  return `${spotKey(to)}\u0002${spotKey(from)}\u0002${isCopy} ${isSame} ${isNothing}`;
}

/** Tells what comes of other values in the place of one that was read. */
export interface Trial {
  /** Whether one changes what stands there in the result. */
  readonly reaches: (from: Read, leaf: Leaf) => boolean;
  /** Whether one has ever changed anything that the function makes. */
  readonly hasReached: (from: Read) => boolean;
}

/**
 * What of a result is made of what was read: what reaches it, or equals it. And of what stands nowhere in the result,
 * everything in it may depend on that. What is spread into an object has its parts there under their own names, also those that are missing
 * this time.
 *
 * @param trial - left out: all that isn't there as it was may be made of all that was read
 */
export function streamsOf(reads: readonly Read[], found: Found, trial?: Trial): Stream[] {
  const { leaves, copies, objects } = found;
  const spread = reads.filter(({ kind }) => kind === 'keys');
  const spreads = objects.flatMap((to) => spread.map((from) => ({ to, from, isCopy: true })));
  // What was gone through to something within it says no more than that.
  const isPassed = ({ kind, ...read }: Read) =>
    kind === 'keys' ? objects.length > 0 : kind === 'touch' && reads.some((one) => isWithin(one, read));
  const values = reads.filter((read) => !isPassed(read));
  const spent = new Set<Read>();
  const made = leaves.flatMap((leaf): Stream[] => {
    const same = sameAs(leaf, trial ? values : reads, trial);
    const from = same.length > 0 ? same : trial ? values.filter((read) => trial.reaches(read, leaf)) : reads;
    if (trial || same.length > 0) for (const read of from) spent.add(read);
    return from.map((read) => ({ ...toLeaf(leaf, read), isSame: same.length > 0 }));
  });
  const isSpent = (read: Read) =>
    spent.has(read) || trial?.hasReached(read) || copies.some(({ from }) => isIn(read, from));
  const others = values.filter((read) => !isSpent(read));
  return [
    ...copies,
    ...spreads,
    ...made,
    ...leaves.flatMap((leaf) => others.map((from) => toLeaf(leaf, from))),
    ...copies.flatMap(({ to }) => others.map((from) => ({ to, from, isCopy: false }))),
  ];
}

/** What was read and stands there as it was: what reaches it, or, where nobody knows, what has its name, if there is such. */
function sameAs(leaf: Leaf, values: readonly Read[], trial?: Trial): readonly Read[] {
  const equal = values.filter(({ text }) => text === leaf.text);
  if (trial) return equal.filter((read) => trial.reaches(read, leaf));
  const namesakes = equal.filter(({ path }) => path.at(-1) === leaf.to.path.at(-1));
  return namesakes.length > 0 ? namesakes : equal;
}

function toLeaf({ to, text }: Leaf, from: Spot): Stream {
  return { to, from, isCopy: false, isNothing: text === 'undefined' || text === 'null' };
}

/** Whether something that was read is part of something whose shape was asked for. */
function isWithin(one: Read, { subject, path }: Spot): boolean {
  return one.kind !== 'touch' && isIn(one, { subject, path: path.slice(0, -1) });
}

function isIn(one: Spot, { subject, path }: Spot): boolean {
  return one.subject === subject && leadsTo(path, one.path);
}
