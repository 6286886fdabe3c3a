import type { Interest, Part } from './interest.js';
import { type Stream, streamKey } from './stream.js';
import { areRelated, leadsTo } from './value-paths.js';
import { type Spot, spotKey } from './watch-value.js';

/** Further within than this a copy is taken as a whole. */
const DEEPEST = 12;
/** What is of interest further within than this is so as a whole. */
const DEEPEST_INTEREST = 5;

/** What was made of what, all over a saga. What is of interest at one end is so at the other. */
export class Streams {
  readonly #interest: Interest;
  readonly #streams = new Map<string, Stream>();

  constructor(interest: Interest) {
    this.#interest = interest;
  }

  has(stream: Stream): boolean {
    return this.#streams.has(streamKey(stream));
  }

  add(stream: Stream): void {
    this.#streams.set(streamKey(stream), stream);
    for (const part of [...this.#interest.partsOf(stream.from.subject)]) this.#carry(stream, part);
  }

  /** Those in which a function has put something, be it as it was. */
  get made(): readonly Stream[] {
    return [...this.#streams.values()].filter(({ isCopy }) => !isCopy);
  }

  /** These spots, and all those where what stands at them comes from. */
  sourcesOf(spots: Iterable<Spot>): Spot[] {
    const found = new Map([...spots].map((spot) => [spotKey(spot), spot]));
    for (const spot of found.values())
      for (const source of this.#sourcesOf(spot))
        if (!found.has(spotKey(source))) found.set(spotKey(source), source);
    return [...found.values()];
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

  #carry({ to, from, isCopy, isNothing = false }: Stream, { subject, path, orNothing }: Part): void {
    if (from.subject !== subject || !areRelated(from.path, path)) return;
    const rest = isCopy ? path.slice(from.path.length) : [];
    const part: Part = {
      subject: to.subject,
      path: [...to.path, ...rest].slice(0, DEEPEST_INTEREST),
      orNothing: isCopy ? orNothing : isNothing,
    };
    if (!this.#interest.add(part)) return;
    for (const stream of this.#streams.values()) this.#carry(stream, part);
  }
}
