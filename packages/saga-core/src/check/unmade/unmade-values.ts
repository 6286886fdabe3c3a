import type { Cut, CutPart } from '../samples/making.js';
import { areRelated, describePath, type Path } from './value-paths.js';

/** Values that were not made of schemas, by what the schema is of: `input`, `event PAID`, `output of charge`. */
export class UnmadeValues {
  readonly #cuts = new Map<string, { readonly subject: string; readonly cut: Cut }>();

  /** Whether there are any. */
  get isEmpty(): boolean {
    return this.#cuts.size === 0;
  }

  note(subject: string, cut: Cut): void {
    const key = JSON.stringify([subject, cut.path, cut.why, cut.parts.map(({ name }) => name)]);
    if (!this.#cuts.has(key)) this.#cuts.set(key, { subject, cut });
  }

  /** Nothing at all was made of it, which is told otherwise. */
  forget(subject: string): void {
    for (const [key, one] of this.#cuts) if (one.subject === subject) this.#cuts.delete(key);
  }

  /** What may have been missed by that, for people: of values on which something depends. */
  told(neededOf: (subject: string) => readonly Path[]): string[] {
    return [...this.#cuts.values()].flatMap(({ subject, cut }) => {
      const needed = neededOf(subject);
      const isNeeded = (path: Path) => needed.some((one) => areRelated(one, path));
      const parts = cut.parts.filter(({ paths }) => paths.some(isNeeded));
      if (parts.length <= cut.together) return [];
      return [`${describeCut(subject, cut, parts)}; give ${samplesOf(subject)}`];
    });
  }
}

function describeCut(subject: string, { path, why, together }: Cut, parts: readonly CutPart[]): string {
  const at = describePath(path);
  const place = at === '' ? subject : `${at} of ${subject}`;
  switch (why) {
    case 'together':
      return `of ${place}, ${HOW_FAR[together]} of ${listed(parts.map(({ name }) => name))} were tried, and something depends on them`;
    case 'some':
      return `of ${place}, not all kinds of values were tried, and something depends on it`;
    case 'anything':
      return `${place} can be anything, but only null was tried, and something depends on it`;
    case 'nothing':
      return `of ${place} no value was found that fits its schema, so that it never comes, and something depends on it`;
    case 'nested':
      return `${place} is nested too deep, so that it never comes, and something depends on it`;
  }
}

const HOW_FAR = [
  'not all values',
  'all values, but not all combinations',
  'all pairs, but not all combinations',
];

/** `a, b and c`. */
function listed(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** Where the author can say which values there are. */
function samplesOf(subject: string): string {
  if (subject.startsWith('event ')) return `samples.events.${subject.slice('event '.length)}`;
  if (subject.startsWith('output of ')) return `samples.outputs.${subject.slice('output of '.length)}`;
  return 'samples.input';
}
