import type { Interest } from './interest.js';
import { Tried } from './other-values.js';
import { type Call, isAbsent, type Site } from './site.js';
import { type Found, type Stream, streamKey, streamsOf } from './stream.js';
import type { Streams } from './streams.js';
import { type Leaf, unwatched } from './unwatched.js';
import type { Path } from './value-paths.js';
import { type Read, type Spot, spotKey, textOf } from './watch-value.js';

/** What has come to nothing so often is not asked again. */
const MOST_ASKED = 8;

/** Finds out what of a result is made of what was read, and where it stands from then on. */
export class Handing {
  readonly #interest: Interest;
  readonly #streams: Streams;
  readonly #confirms: boolean;
  readonly #inVain = new Map<string, number>();
  /** What is known to change what stands elsewhere: there, or anywhere in what a function makes. */
  readonly #reached = new Set<string>();

  /** @param confirms - whether something is only taken to be made of what it isn't where another value changes it */
  constructor(interest: Interest, streams: Streams, confirms: boolean) {
    this.#interest = interest;
    this.#streams = streams;
    this.#confirms = confirms;
  }

  /**
   * Says that a result stands at a spot from then on.
   *
   * @param again - does the work once more, with another value in the place of one that was read
   * @returns the result as it is without watching, and whether that hasn't come of it before
   */
  hand<Result>(
    reads: readonly Read[],
    to: Spot,
    result: Result,
    by?: Site,
    again?: Call['again'],
  ): { readonly plain: Result; readonly isNew: boolean } {
    const found: Found = { leaves: [], copies: [], objects: [] };
    const plain = unwatched(result, to, {
      onLeaf: (leaf) => found.leaves.push(leaf),
      onCopy: (from, at) => at && found.copies.push({ to: at, from, isCopy: true }),
      onObject: (at) => found.objects.push(at),
    });
    if (!by) return this.#add(to, reads, found, plain);
    if (!by.isNewHand(handText(reads, found))) return { plain, isNew: false };
    // Of those that look alike, some tell all.
    if (by.timesAlike(shapeOfHand(reads, found)) > MOST_ASKED) return { plain, isNew: true };
    const texts = new Map(reads.map((read) => [read.key, read.text]));
    const tried =
      again && this.#confirms ? new Tried(by, { texts, answer: textOf(plain), again }, to) : undefined;
    return this.#add(to, reads, found, plain, tried);
  }

  #add<Result>(to: Spot, reads: readonly Read[], found: Found, plain: Result, tried?: Tried) {
    const trial = tried && {
      reaches: (from: Read, leaf: Leaf) => this.#reaches(tried, from, leaf),
      hasReached: (from: Read) => this.#reached.has(`${tried.place}\u0002${from.key}`),
    };
    for (const stream of [...streamsOf(reads, found, trial), ...this.#missing(to, reads, found, tried)])
      if (!this.#streams.has(stream)) this.#streams.add(stream);
    return { plain, isNew: true };
  }

  #reaches(tried: Tried, from: Read, { to }: Leaf): boolean {
    const key = `${tried.place}\u0002${spotKey(to)}\u0002${from.key}`;
    if (this.#reached.has(key)) return true;
    const hasReached = this.#ask(key, () => (tried.reaches(from, to) ? [key] : [])).length > 0;
    if (hasReached) this.#reached.add(key).add(`${tried.place}\u0002${from.key}`);
    return hasReached;
  }

  /** What would stand in a result, had something else been read. Of what there is nothing in, that is anything. */
  #missing(to: Spot, reads: readonly Read[], found: Found, tried: Tried | undefined): Stream[] {
    const { leaves, copies, objects } = found;
    if (!objects.some((one) => spotKey(one) === spotKey(to))) return [];
    const isEmpty = leaves.length === 0 && copies.length === 0;
    const keysFor = (from: Read) =>
      this.#ask(`${spotKey(to)}\u0002${from.key}`, () => tried?.addsKeys(from) ?? []);
    return reads
      .filter((read) => read.kind === 'value' && this.#stands(read))
      .flatMap((from) => {
        const paths: Path[] = isEmpty ? [[]] : keysFor(from).map((key) => [key]);
        return paths.map((path): Stream => {
          const at = { subject: to.subject, path: [...to.path, ...path] };
          return { to: at, from, isCopy: false, isNothing: true };
        });
      });
  }

  /** Whether what was read stands for other things: nothing does only where that is all there is. */
  #stands(read: Read): boolean {
    return !isAbsent(read.text) || this.#interest.isAt(read, true);
  }

  /** Asks a question that takes long, unless it has come to nothing often. */
  #ask<Answer>(question: string, ask: () => readonly Answer[]): readonly Answer[] {
    const inVain = this.#inVain.get(question) ?? 0;
    if (inVain >= MOST_ASKED) return [];
    const answer = ask();
    if (answer.length === 0) this.#inVain.set(question, inVain + 1);
    return answer;
  }
}

/** All that there is to what was read and what came of it. */
function handText(reads: readonly Read[], found: Found): string {
  const texts = [...reads, ...found.leaves].map(({ text }) => text);
  return [shapeOfHand(reads, found), ...texts].join('\u0003');
}

/** Where what was read stands, and where what came of it does. */
function shapeOfHand(reads: readonly Read[], { leaves, copies, objects }: Found): string {
  return [
    ...reads.map(({ key, kind }) => `${key} ${kind}`),
    ...leaves.map(({ to }) => `leaf ${spotKey(to)}`),
    ...copies.map(streamKey),
    ...objects.map((to) => `object ${spotKey(to)}`),
  ].join('\u0003');
}
