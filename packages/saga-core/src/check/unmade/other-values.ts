import type { Others } from '../samples/making.js';
import { type Call, isAbsent, type Site, THROWN } from './site.js';
import { type Path, SHAPE, shapeOf } from './value-paths.js';
import { type Read, type Spot, textOf } from './watch-value.js';
import { without } from './without.js';

/** No more values than this are tried at one place. */
const MOST_TRIED = 80;
/** A text that no code knows. */
const OTHER_TEXT = 'something else';
/** Something with everything in it. */
const ANYTHING: object = new Proxy(Object.create(null) as object, {
  get: (_, key) => (typeof key === 'symbol' || key === 'toJSON' ? () => OTHER_TEXT : OTHER_TEXT),
});
/** Of those that make a difference, so many are given. */
const MOST_GIVEN = 2;

/**
 * Values that would have made a difference to a function, had one of them stood at a spot: those which a schema takes, of
 * what its code and the other things that it has read say.
 *
 * @param key - the spot at which it has read something
 */
export function otherValues(site: Site, key: string, others: Others): unknown[] {
  const found: unknown[] = [];
  const calls = site.callsOf(key);
  const known = new Set(calls.map(({ texts }) => texts.get(key)));
  for (const call of calls) {
    const type = typeIn(call.texts.get(key));
    const tried = valuesToTry(site, call, others).filter(
      (value) => typeof value === type && !known.has(textOf(value)),
    );
    const first = tried.find((value) => makesDifference(call, key, value));
    if (first !== undefined && !found.includes(first)) found.push(first);
    if (found.length >= MOST_GIVEN) break;
  }
  return found;
}

/** Whether a function only asks if anything stands there: it minds when nothing does, whatever else it is. */
export function asksForPresence(site: Site, key: string): boolean {
  return site.callsOf(key).some((call) => {
    const answerTo = (value: unknown) => answerWith(call, key, value);
    // What takes a text apart throws where there is none: it asks for more than whether there is one.
    const mindsNothing = [undefined, null].some((value) => ![call.answer, THROWN].includes(answerTo(value)));
    // Of a number that isn't there comparisons make one that is none.
    const another = isText(call.texts.get(key)) ? OTHER_TEXT : Number.NaN;
    return mindsNothing && answerTo(another) === call.answer;
  });
}

/** Whether what stands there is only handed on: whatever it is, the same comes of it, with that in it. */
export function handsOn(site: Site, key: string): boolean {
  const calls = site.callsOf(key);
  return calls.length > 0 && calls.every(({ texts, answer }) => holds(answer, texts.get(key) ?? ''));
}

/** What would have come of it, had something else stood where something was read. */
export class Tried {
  readonly #site: Site;
  readonly #call: Call;
  readonly #base: Spot;
  readonly #before: unknown;
  readonly #results = new Map<string, readonly unknown[]>();

  /** @param base - the spot at which what comes of the call stands */
  constructor(site: Site, call: Call, base: Spot) {
    this.#site = site;
    this.#call = call;
    this.#base = base;
    this.#before = parsed(call.answer);
  }

  /** The function's. */
  get place(): string {
    return this.#site.place;
  }

  /** Whether another value changes what stands at a spot. */
  reaches(from: Read, { path }: Spot): boolean {
    const within = path.slice(this.#base.path.length);
    const before = textAt(this.#before, within);
    return this.#resultsWith(from).some((result) => textAt(result, within) !== before);
  }

  /** Keys that what is made doesn't have, and would have with another one. */
  addsKeys(from: Read): string[] {
    if (isAbsent(this.#call.texts.get(from.key))) return [];
    const has = keysOf(this.#before);
    const all = this.#resultsWith(from).flatMap(keysOf);
    return [...new Set(all)].filter((one) => !has.includes(one));
  }

  /** What comes of it with other values there. */
  #resultsWith({ key, path }: Read): readonly unknown[] {
    const known = this.#results.get(key);
    if (known) return known;
    const others = this.#others(this.#call.texts.get(key), path.at(-1) === SHAPE);
    const answers = others.map((value) => answerWith(this.#call, key, value));
    const results = [...new Set(answers)].filter((answer) => answer !== THROWN).map(parsed);
    this.#results.set(key, results);
    return results;
  }

  #others(text: string | undefined, isLength: boolean): unknown[] {
    // Whoever goes through a list takes long for a million.
    if (isLength) return [Number(text) + 1, 0];
    if (text === 'true' || text === 'false') return [text === 'false'];
    if (isAbsent(text)) {
      const named = valuesToTry(this.#site, this.#call, { fits: () => true, some: () => [] });
      return [OTHER_TEXT, 1, 1_000_000, true, false, ANYTHING, ...named];
    }
    const type = typeIn(text);
    const fits = (value: unknown) => typeof value === type;
    const some = () => (type === 'string' ? [OTHER_TEXT, ''] : [0, -1, 0.5, 10, 1_000, 1_000_000]);
    return valuesToTry(this.#site, this.#call, { fits, some });
  }
}

function parsed(answer: string): unknown {
  return answer === 'undefined' || answer === THROWN ? undefined : JSON.parse(answer);
}

/** What stands there, as text; of a list or an object what it is, apart from what is in it. */
function textAt(value: unknown, [key, ...rest]: Path): string {
  const isObject = typeof value === 'object' && value !== null;
  if (key === SHAPE || key === undefined) return isObject ? shapeOf(value) : textOf(value);
  return isObject ? textAt(Reflect.get(value, key), rest) : 'undefined';
}

function keysOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

function valuesToTry(site: Site, call: Call, others: Others): unknown[] {
  const source = String(typeof site.code === 'function' ? site.code : '');
  const numbers = [
    ...[...source.matchAll(NUMBER)].map(([text]) => Number(text.replaceAll(/[_n]/g, ''))),
    ...[...call.texts.values()].filter((text) => /^-?\d/.test(text)).map(Number),
  ].filter(Number.isFinite);
  const texts = [
    ...[...source.matchAll(TEXT)].map(([, text]) => text?.slice(1, -1) ?? ''),
    ...[...call.texts.values()].filter(isText).map((text) => String(JSON.parse(text))),
  ];
  const all = [
    ...numbers.flatMap((number) => [number, number + 1, number - 1]),
    ...texts.flatMap((text) => [text, ...laterThan(text)]),
    ...others.some(),
  ];
  return [...new Set(all)].filter((value) => others.fits(value)).slice(0, MOST_TRIED);
}

/** Numbers as code has them: `5_000`, `5e3`, `0.5`, `10n`. */
const NUMBER = /(?<![\w$.])\d[\d_]*(?:\.\d+)?(?:e\d+)?n?(?![\w$])/g;
const TEXT = /('[^'\\\n]*'|"[^"\\\n]*"|`[^`\\$]*`)/g;

/** Of a date, one that is later and one that is earlier. */
function laterThan(text: string): string[] {
  const [, year, rest] = /^(\d{4})(-\d\d.*)$/.exec(text) ?? [];
  return year === undefined ? [] : [`${Number(year) + 1}${rest}`, `${Number(year) - 1}${rest}`];
}

/** Whether something else comes of it, apart from what stands there being in it. */
function makesDifference(call: Call, key: string, value: unknown): boolean {
  const before = call.texts.get(key) ?? '';
  const answer = answerWith(call, key, value);
  // One may stand in the other.
  const [longer = '', shorter = ''] = [before, textOf(value)].sort((a, b) => b.length - a.length);
  const rest = (text: string) => without(without(text, longer), shorter);
  return answer !== call.answer && rest(answer) !== rest(call.answer);
}

function answerWith(call: Call, key: string, value: unknown): string {
  return call.again({ key, value });
}

function holds(answer: string, text: string): boolean {
  return !isAbsent(text) && without(answer, text) !== answer;
}

function typeIn(text: string | undefined): string {
  return isText(text) ? 'string' : 'number';
}

function isText(text: string | undefined): boolean {
  return text?.startsWith('"') ?? false;
}
