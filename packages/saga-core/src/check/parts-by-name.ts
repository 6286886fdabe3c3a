import type { Json } from '../json.js';

/** A piece of a state: a number that stands for its text, and the name of whom it tells. */
export interface Part {
  readonly number: number;
  /** Where it tells of one name alone; its text then has a sign in the place of the name. */
  readonly name?: string;
  /** Its text, where it takes several names to tell it. */
  readonly joint?: string;
}

/** Stands for whichever name a part tells of. */
const WHICHEVER = '\u00a7';

/** Takes states apart by names that may be swapped for each other, and puts them together again as one text. */
export class PartsByName {
  readonly #names: readonly string[];
  readonly #pattern: RegExp;
  readonly #numbers = new Map<string, number>();

  constructor(names: readonly string[]) {
    this.#names = names.length > 1 ? names : [];
    const any = names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
    this.#pattern = new RegExp(`(?<![A-Za-z0-9_])(?:${any})(?![A-Za-z0-9_])`, 'g');
  }

  /**
   * What mentions one of the names is that one's own; a list or an object that mentions several is taken apart
   * further. Within a list the order of things that tell of one name each doesn't count, but in the outermost.
   *
   * @param where - tells values of one kind from those of others; ends in `_`, so that it isn't taken for a name
   */
  of(value: Json, where: `${string}_`): Part[] {
    const text = `${where}${JSON.stringify(value)}`;
    const found = this.#namesIn(text);
    const [name] = found;
    if (name === undefined) return [{ number: this.#numberOf(text) }];
    if (found.size === 1) {
      return [{ number: this.#numberOf(text.replace(this.#pattern, WHICHEVER)), name }];
    }
    if (Array.isArray(value)) {
      return (value as readonly Json[]).flatMap((one, index) => {
        const isOutermost = !where.includes('/');
        const isAnyones = !isOutermost && this.#namesIn(JSON.stringify(one)).size === 1;
        return this.of(one, isAnyones ? `${where}/_` : `${where}/_${index}_`);
      });
    }
    if (typeof value !== 'object' || value === null) return [{ number: this.#numberOf(text), joint: text }];
    return Object.entries(value).flatMap(([key, one]) => this.of(one, `${where}/${key}:_`));
  }

  /** One text of all parts, the same whichever of the names is which. */
  join(parts: readonly Part[]): string {
    const shared: number[] = [];
    const own = new Map<string, number[]>();
    const joint: string[] = [];
    for (const part of parts) {
      if (part.joint !== undefined) joint.push(part.joint);
      else if (part.name === undefined) shared.push(part.number);
      else {
        const before = own.get(part.name);
        if (before) before.push(part.number);
        else own.set(part.name, [part.number]);
      }
    }
    const everyone = inOrder(shared);
    if (own.size === 0 && joint.length === 0) return everyone;
    const ofEach = this.#names.map((name) => inOrder(own.get(name) ?? []));
    if (joint.length === 0) return `${everyone};${ofEach.sort().join(';')}`;
    // What takes several names to tell tells them apart: of all orders the one whose text is least.
    const texts = permutations(this.#names).map((order) => {
      const renamed = joint.map((text) =>
        text.replace(this.#pattern, (name) => `${WHICHEVER}${order.indexOf(name)}`),
      );
      const ordered = order.map((name) => ofEach[this.#names.indexOf(name)]);
      return [everyone, ...ordered, ...renamed.sort()].join(';');
    });
    return texts.sort()[0] ?? '';
  }

  #namesIn(text: string): Set<string> {
    return new Set(this.#names.length === 0 ? [] : text.match(this.#pattern));
  }

  #numberOf(text: string): number {
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    return number;
  }
}

function inOrder(numbers: number[]): string {
  return numbers.sort((a, b) => a - b).join();
}

function permutations(names: readonly string[]): string[][] {
  if (names.length === 0) return [[]];
  return names.flatMap((name) =>
    permutations(names.filter((other) => other !== name)).map((rest) => [name, ...rest]),
  );
}
