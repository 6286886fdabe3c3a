import { type Call, type Site, THROWN } from './site.js';
import { without } from './without.js';

/** How a function takes apart what it reads. */
interface TakenApart {
  /** Whether it does anything with it but ask whether it is there, compare it, and hand it on as it is. */
  readonly isApart: boolean;
  /** Whether that it has made a difference already doesn't tell what others would do. */
  readonly isBeyond: boolean;
}

const NOT_APART: TakenApart = { isApart: false, isBeyond: false };
/** So many calls tell all. */
const MOST_PROBED = 16;
/** These ask for a part that is named. */
const ASKS_FOR_PART: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  startsWith: (text, part) => text.startsWith(part),
  endsWith: (text, part) => text.endsWith(part),
  includes: (text, part) => text.includes(part),
};

/**
 * Finds out whether a function takes a text or a number apart: puts something in its place that notes what is asked of
 * it, and is another text each time that a text is wanted. Where such a text isn't in what comes of it, it was used for
 * something else: an expression, a table, a comparison.
 */
export function takenApart(site: Site, key: string): TakenApart {
  const calls = site.callsOf(key).filter(({ texts }) => isTextOrNumber(texts.get(key)));
  let isApart = false;
  for (const call of calls.slice(0, MOST_PROBED)) {
    const probe = new Probe(JSON.parse(call.texts.get(key) ?? '') as string | number);
    const answer = call.again({ key, value: probe.value, onDone: () => probe.end() });
    const told = probe.told(answer);
    if (told.isBeyond || told.parts.some((part) => !isTried(calls, key, part)))
      return { isApart: true, isBeyond: true };
    if (told.isCompared && !hasDecided(calls, key)) return { isApart: true, isBeyond: true };
    isApart ||= told.isCompared || told.parts.length > 0 || (answer === THROWN && call.answer !== THROWN);
  }
  return isApart ? { isApart, isBeyond: false } : NOT_APART;
}

/** A part of a text that was asked for. */
interface Part {
  readonly method: string;
  readonly text: unknown;
}

/** What stands in the place of a text or a number, and notes what is asked of it. */
class Probe {
  readonly value: object;
  readonly #original: string | number;
  readonly #given: { readonly text: string; readonly isCompared: boolean }[] = [];
  readonly #parts: Part[] = [];
  #isBeyond = false;
  #isOver = false;

  constructor(original: string | number) {
    this.#original = original;
    const target: object = Object.create(null) as object;
    this.value = new Proxy(target, { get: (_, asked) => this.#get(asked) });
  }

  /** What is asked from now on isn't asked by the function. */
  end(): void {
    this.#isOver = true;
  }

  told(answer: string) {
    const lost = this.#given.filter(({ text }) => !answer.includes(text));
    return {
      isBeyond: this.#isBeyond || lost.some(({ isCompared }) => !isCompared),
      isCompared: lost.some(({ isCompared }) => isCompared),
      parts: this.#parts,
    };
  }

  #get(asked: string | symbol): unknown {
    if (asked === Symbol.toPrimitive) return (hint: string) => this.#another(this.#isComparison(hint));
    if (asked === 'toJSON' || asked === 'toString' || asked === 'valueOf') return () => this.#another(false);
    if (typeof asked === 'symbol' && asked !== Symbol.iterator) return undefined;
    const own: unknown = Reflect.get(Object(this.#original) as object, asked);
    const askFor = typeof asked === 'string' ? ASKS_FOR_PART[asked] : undefined;
    if (askFor && typeof this.#original === 'string') {
      const original = this.#original;
      return (text: unknown, ...more: unknown[]) => {
        if (more.length > 0) this.#isBeyond ||= !this.#isOver;
        else if (!this.#isOver) this.#parts.push({ method: String(asked), text });
        return askFor(original, String(text));
      };
    }
    // What a number isn't asked for is no text's.
    this.#isBeyond ||= !this.#isOver;
    return typeof own === 'function' ? (own as () => unknown).bind(this.#original) : own;
  }

  #isComparison(hint: string): boolean {
    return hint === 'number' || (typeof this.#original === 'number' && hint !== 'string');
  }

  /** A text that stands nowhere else, or a number. */
  #another(isCompared: boolean): string | number {
    const count = this.#given.length + 1;
    // Near what stood there: whoever counts to it takes no longer.
    const value =
      typeof this.#original === 'number' ? this.#original + 0.0735 + count / 10_000 : `Zq-${count}_apart.Zq`;
    if (!this.#isOver) this.#given.push({ text: String(value), isCompared });
    return value;
  }
}

/** Whether texts with and without it were tried. */
function isTried(calls: readonly Call[], key: string, { method, text }: Part): boolean {
  const askFor = ASKS_FOR_PART[method];
  const answers = calls
    .filter((call) => isTextual(call, key))
    .map((call) => askFor?.(String(JSON.parse(call.texts.get(key) ?? '')), String(text)));
  return answers.includes(true) && answers.includes(false);
}

/** Whether what stood there has made a difference, apart from being handed on. */
function hasDecided(calls: readonly Call[], key: string): boolean {
  const rest = ({ texts, answer }: Call) => without(answer, texts.get(key) ?? '');
  const others = ({ texts }: Call) => JSON.stringify([...texts].filter(([one]) => one !== key));
  return calls.some((call) =>
    calls.some((other) => others(call) === others(other) && rest(call) !== rest(other)),
  );
}

function isTextual({ texts }: Call, key: string): boolean {
  return texts.get(key)?.startsWith('"') ?? false;
}

function isTextOrNumber(text: string | undefined): boolean {
  return text !== undefined && /^["\d-]/.test(text);
}
