import type { Cut, CutPart, StandIn } from '../samples/making.js';
import type { Part } from './interest.js';
import type { Doubt, StandInCut } from './stand-ins.js';
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

  /** Where they would stand. */
  get parts(): Part[] {
    return [...this.#cuts.values()].flatMap(({ subject, cut }) =>
      cut.parts.flatMap(({ paths }) =>
        paths.map((path) => ({ subject, path, orNothing: !STAND_THERE.includes(cut.why) })),
      ),
    );
  }

  /** Whether there are no others than those of which a few values stand for all. */
  get areStandIns(): boolean {
    return this.standIns.length === this.#cuts.size;
  }

  /** Those of which a few values stand for all. */
  get standIns(): StandInCut[] {
    return [...this.#cuts.values()].filter(({ cut }) => isStandIn(cut.why));
  }

  /** What may have been missed by that, for people: of values on which something depends. */
  told(neededOf: (subject: string) => readonly Path[], doubts: readonly Doubt[] = []): string[] {
    return [...this.#missed(neededOf), ...describeDoubts(doubts)];
  }

  #missed(neededOf: (subject: string) => readonly Path[]): string[] {
    return [...this.#cuts.values()].flatMap(({ subject, cut }) => {
      if (isStandIn(cut.why)) return [];
      const needed = neededOf(subject);
      const isNeeded = (path: Path) => needed.some((one) => areRelated(one, path));
      const parts = cut.parts.filter(({ paths }) => paths.some(isNeeded));
      if (parts.length <= cut.together) return [];
      return [`${describeCut(subject, cut, parts)}; give ${samplesOf(subject)}`];
    });
  }
}

/** Of these nothing but a value stands for others: where nothing stands, that is all there is to it. */
const STAND_THERE: readonly Cut['why'][] = ['text', 'number', 'list', 'message'];

/** So many functions and values are named. */
const MOST_NAMED = 3;

/** A line for each value, with the functions that read it. */
function describeDoubts(doubts: readonly Doubt[]): string[] {
  const byPlace = new Map<string, Doubt[]>();
  for (const doubt of doubts) {
    const { subject, cut } = doubt.cut;
    const place = placeIn(subject, cut.path);
    byPlace.set(place, [...(byPlace.get(place) ?? []), doubt]);
  }
  return [...byPlace].map(([place, those]) => {
    const [{ cut }] = those as [Doubt];
    const { why } = cut.cut;
    return `${place}: ${TRIED[why as StandIn]}, and ${describeReaders(those, why)}; give ${samplesOf(cut.subject, why)}`;
  });
}

/** What is to be said of those who read one value. */
function describeReaders(doubts: readonly Doubt[], why: Cut['why']): string {
  const readers = new Set(doubts.map(({ by }) => by));
  const values = new Set(doubts.flatMap(({ found }) => found).map(({ value }) => JSON.stringify(value)));
  const all = someOf(readers);
  const isOne = readers.size === 1;
  if (doubts.every(({ isApart }) => isApart))
    return `${all} ${isOne ? 'does' : 'do'} more with it than hand it on`;
  const depends = isOne ? 'depends' : 'depend';
  if (values.size > 0)
    return `with ${someOf(values)} ${all} ${isOne ? 'comes' : 'come'} out otherwise, which was not explored to its end`;
  if (why === 'details') return `${all} ${depends} on them`;
  if (why === 'message' || why === 'more') return `${all} ${depends} on it`;
  return `${all} came out the same whichever it was, though ${isOne ? 'it' : 'they'} ${depends} on it`;
}

/** Some of them, and how many more there are. */
function someOf(names: ReadonlySet<string>): string {
  const rest = names.size - MOST_NAMED;
  return listed([...[...names].slice(0, MOST_NAMED), ...(rest > 0 ? [`${rest} more`] : [])]);
}

const TRIED: Readonly<Record<StandIn, string>> = {
  text: 'of texts a few were tried',
  number: 'of numbers a few were tried',
  list: 'no long lists were tried',
  key: 'of keys a few were tried',
  more: "no key was tried that the schema doesn't name",
  details: 'none were tried',
  message: 'only one was tried',
};

function isStandIn(why: Cut['why']): why is StandIn {
  return why in TRIED;
}

function describeCut(subject: string, { path, why, together }: Cut, parts: readonly CutPart[]): string {
  const place = placeIn(subject, path);
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
    default:
      return place;
  }
}

/** `amount of event PAID`; of all of it `event PAID`. */
function placeIn(subject: string, path: Path): string {
  const at = describePath(path);
  return at === '' ? subject : `${at} of ${subject}`;
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

const FAILURES = 'failures of ';

/** Where the author can say which values there are. */
function samplesOf(subject: string, why?: Cut['why']): string {
  if (subject.startsWith(FAILURES))
    return `samples.${why === 'message' ? 'messages' : 'details'}.${subject.slice(FAILURES.length)}`;
  if (subject.startsWith('event ')) return `samples.events.${subject.slice('event '.length)}`;
  if (subject.startsWith('output of ')) return `samples.outputs.${subject.slice('output of '.length)}`;
  return 'samples.input';
}
