import type { Envelope } from '../envelope.js';
import { didYouMean } from '../nearest-name.js';
import type { CheckOptions } from './check-options.js';

/** Names in the options of a check that nothing has turned up of yet. */
export class UnseenNames {
  readonly #ignore: Set<string>;
  readonly #alike: Set<string>;
  readonly #keys = new Set<string>();

  constructor({ ignore = [], alike = [] }: CheckOptions) {
    this.#ignore = new Set(ignore);
    this.#alike = new Set(alike);
  }

  see(envelope: Envelope): void {
    if (this.#ignore.size > 0)
      for (const key of Object.keys(envelope.snapshot.context ?? {})) {
        this.#keys.add(key);
        this.#ignore.delete(key);
      }
    if (this.#alike.size === 0) return;
    const text = JSON.stringify(envelope);
    for (const name of this.#alike) if (text.includes(name)) this.#alike.delete(name);
  }

  /** What is in vain, for people. */
  told(): string[] {
    return [
      ...[...this.#ignore].map(
        (key) => `ignore: the context never has '${key}'${didYouMean(key, [...this.#keys])}`,
      ),
      ...[...this.#alike].map((name) => `alike: nothing in the saga is ever called '${name}'`),
    ];
  }
}
