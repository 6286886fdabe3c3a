/** Characters that stand for a class of them: the first of these that is in it, or the second, for another text. */
const CHARACTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ123456789012345678-_.:/@ ';
/** A pattern that wants more of something than this is given up. */
const MOST_REPEATS = 64;

/**
 * A text for a pattern: literals, classes, groups, the first of several alternatives, and each repeat as few times as
 * may be, but once. Lookarounds are passed over, so that the text has to be tried.
 *
 * @param which - 0, or 1 for another text where the pattern leaves a choice
 * @returns `undefined` for what it can't read, such as references to groups
 */
export function textForPattern({ source, flags }: RegExp, which: number): string | undefined {
  try {
    return new PatternReader(source, flags, which).all();
  } catch (thrown) {
    if (thrown instanceof Unreadable) return undefined;
    throw thrown;
  }
}

class Unreadable extends Error {}

/** Reads a pattern from left to right, and writes a text for it. */
class PatternReader {
  readonly #source: string;
  readonly #flags: string;
  readonly #which: number;
  #at = 0;

  constructor(source: string, flags: string, which: number) {
    this.#source = source;
    this.#flags = flags;
    this.#which = which;
  }

  all(): string {
    const text = this.#alternatives();
    if (this.#at < this.#source.length) throw new Unreadable();
    return text;
  }

  #alternatives(): string {
    const first = this.#sequence();
    while (this.#takes('|')) this.#sequence();
    return first;
  }

  #sequence(): string {
    let text = '';
    while (this.#at < this.#source.length && !'|)'.includes(this.#source[this.#at] ?? '')) {
      const piece = this.#piece();
      text += piece.repeat(this.#times());
    }
    return text;
  }

  #piece(): string {
    if (this.#takes('^') || this.#takes('$') || this.#takes('\\b')) return '';
    if (this.#takes('(')) return this.#group();
    if (this.#takes('[')) return this.#class();
    if (this.#takes('.')) return this.#oneOf(/./);
    const [taken = ''] = /^(?:\\[\s\S]|[\s\S])/.exec(this.#source.slice(this.#at)) ?? [];
    this.#at += taken.length;
    if (/^\\[dDwWsS]$/.test(taken)) return this.#oneOf(new RegExp(taken));
    if (/^\\[A-Za-z0-9]$/.test(taken)) throw new Unreadable();
    return taken.replace('\\', '');
  }

  #group(): string {
    const isLookaround = this.#takes('?=') || this.#takes('?!') || this.#takes('?<=') || this.#takes('?<!');
    if (!isLookaround && !this.#takes('?:')) {
      const [name = ''] = /^\?<[^>]*>/.exec(this.#source.slice(this.#at)) ?? [];
      this.#at += name.length;
    }
    const text = this.#alternatives();
    if (!this.#takes(')')) throw new Unreadable();
    return isLookaround ? '' : text;
  }

  #class(): string {
    const [body] = /^(?:\\[\s\S]|[^\]\\])*\]/.exec(this.#source.slice(this.#at)) ?? [];
    if (body === undefined) throw new Unreadable();
    this.#at += body.length;
    return this.#oneOf(new RegExp(`[${body}`, this.#flags.replace(/[gy]/g, '')));
  }

  #oneOf(characters: RegExp): string {
    const fitting = [...CHARACTERS].filter((one) => characters.test(one));
    const one = fitting[this.#which] ?? fitting[0];
    if (one === undefined) throw new Unreadable();
    return one;
  }

  #times(): number {
    const quantifier = /^(?:([*+?])|\{(\d+)(?:,\d*)?\})\??/.exec(this.#source.slice(this.#at));
    if (!quantifier) return 1;
    this.#at += quantifier[0].length;
    if (quantifier[1] !== undefined) return quantifier[1] === '?' ? 0 : 1;
    const times = Number(quantifier[2]);
    if (times > MOST_REPEATS) throw new Unreadable();
    return times;
  }

  #takes(text: string): boolean {
    const isThere = this.#source.startsWith(text, this.#at);
    if (isThere) this.#at += text.length;
    return isThere;
  }
}
