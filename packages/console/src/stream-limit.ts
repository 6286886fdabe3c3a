import { ConsoleError } from './console-error.js';
import type { Watch } from './live-stream.js';

/** Each looks at the database again and again, by connections that the runner needs, too. */
const MOST = 200;

/** How many streams of changes one console has at once. */
export class StreamLimit {
  #open = 0;
  readonly #most: number;

  constructor(most: number = MOST) {
    this.#most = most;
  }

  /** A watch that counts for as long as its stream lasts. @throws ConsoleError 503 where there are enough */
  admit(watch: Watch): Watch {
    if (this.#open >= this.#most) {
      throw new ConsoleError(
        503,
        'TOO_MANY_STREAMS',
        'Too many pages are kept up to date; close some of them.',
      );
    }
    return {
      ...watch,
      subscribe: (listener) => {
        this.#open += 1;
        const end = watch.subscribe(listener);
        return () => {
          this.#open -= 1;
          end();
        };
      },
    };
  }
}
