import type { StoredSnapshot } from './envelope.js';
import type { Json } from './json.js';
import type { Live } from './live.js';

/**
 * A snapshot with what it was made of, so that the next transition needs not restore it. In a field that nobody else
 * sees, and in no `WeakMap`: whatever is a value there, minor collections take for alive.
 */
export class MadeSnapshot implements StoredSnapshot {
  readonly #live: Live;
  readonly context: Json;
  readonly value: Json;
  readonly status: StoredSnapshot['status'];
  declare readonly historyValue?: Json;
  declare readonly output?: Json;
  readonly children: StoredSnapshot['children'];

  constructor(
    live: Live,
    historyValue: Json | undefined,
    output: Json | undefined,
    children: StoredSnapshot['children'],
  ) {
    this.#live = live;
    this.context = live.context;
    this.value = live.value;
    this.status = live.status;
    if (historyValue !== undefined) this.historyValue = historyValue;
    if (output !== undefined) this.output = output;
    this.children = children;
  }

  /** What a snapshot was made of, if it was made here. */
  static liveOf(stored: StoredSnapshot): Live | undefined {
    return stored instanceof MadeSnapshot ? stored.#live : undefined;
  }
}
