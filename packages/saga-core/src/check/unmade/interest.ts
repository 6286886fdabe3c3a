import { areRelated, EACH, SHAPE } from './value-paths.js';
import type { Spot } from './watch-value.js';

/** Something that is of interest. */
export interface Part extends Spot {
  /** Also where nothing stands there: that stands for something else, too, or was chosen by what is of interest. */
  readonly orNothing: boolean;
}

/** A key under which something is of interest. */
interface Key {
  readonly name: string;
  /** Since when. */
  since: number;
  /** Also where nothing stands under it. */
  orNothing: boolean;
}

/** What is of interest in one subject. Where nothing is said, since never: 0. */
interface Share {
  readonly parts: Part[];
  /** Under which keys. */
  readonly keys: Key[];
  /** Since when everything in it is of interest. */
  wholeSince: number;
  /** Since when what is of interest in it hasn't changed. */
  latest: number;
}

/**
 * What is worth watching: parts of what was not made, and what is made of them. Watching costs time, and most of what a
 * saga reads is of no interest.
 */
export class Interest {
  readonly #shares = new Map<string, Share>();
  readonly #isEverything: boolean;
  #version = 0;

  /** @param parts - what is of interest from the beginning. Left out: everything */
  constructor(parts?: Iterable<Part>) {
    this.#isEverything = parts === undefined;
    for (const part of parts ?? []) this.add(part);
  }

  /** Grows with everything that is added. */
  get version(): number {
    return this.#version;
  }

  /** Whether it wasn't of interest before. */
  add(part: Part): boolean {
    const { subject, path, orNothing } = part;
    const share = this.#shares.get(subject) ?? blankShare();
    this.#shares.set(subject, share);
    if (share.parts.some((one) => covers(one, part))) return false;
    this.#version += 1;
    share.parts.push(part);
    share.latest = this.#version;
    const [name] = path;
    if (name === undefined || name === EACH || name === SHAPE) {
      share.wholeSince = this.#version;
      return true;
    }
    const key = share.keys.find((one) => one.name === name) ?? { name, since: 0, orNothing };
    if (key.since === 0) share.keys.push(key);
    key.since = this.#version;
    key.orNothing ||= orNothing;
    return true;
  }

  /** What is of interest in a subject. */
  partsOf(subject: string): readonly Part[] {
    return this.#shares.get(subject)?.parts ?? [];
  }

  /** Since when something in a subject is of interest, whatever is there. */
  latestOf(subject: string): number {
    return this.#isEverything ? 1 : (this.#shares.get(subject)?.latest ?? 0);
  }

  /** Since when something in this value of a subject is of interest; 0 where nothing is. */
  latestIn(subject: string, value: unknown): number {
    if (this.#isEverything) return 1;
    const share = this.#shares.get(subject);
    if (!share) return 0;
    if (typeof value !== 'object' || value === null) return share.latest;
    let latest = share.wholeSince;
    for (const { name, since, orNothing } of share.keys) {
      if (since <= latest) continue;
      const inner: unknown = Reflect.get(value, name);
      if (orNothing || (inner !== undefined && inner !== null)) latest = since;
    }
    return latest;
  }

  /** Whether something under a key is of interest. */
  isUnder(subject: string, key: string): boolean {
    if (this.#isEverything) return true;
    const share = this.#shares.get(subject);
    return share !== undefined && (share.wholeSince > 0 || share.keys.some(({ name }) => name === key));
  }

  /** Whether what stands at a spot is of interest, or something in it; also where that is nothing, if that is asked for. */
  isAt({ subject, path }: Spot, orNothing = false): boolean {
    if (this.#isEverything) return true;
    return this.partsOf(subject).some((one) => areRelated(one.path, path) && (!orNothing || one.orNothing));
  }
}

function blankShare(): Share {
  return { parts: [], keys: [], wholeSince: 0, latest: 0 };
}

/** Whether a part is of interest anyway, for it is within another. */
function covers(one: Part, part: Part): boolean {
  if (part.orNothing && !one.orNothing) return false;
  return one.path.every((key, index) => {
    const other = part.path[index];
    return key === other || (key === EACH && other !== undefined && other !== SHAPE);
  });
}
