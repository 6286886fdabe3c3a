import type { KnownVersion } from './ports/claims.js';
import type { Clock } from './ports/clock.js';
import type { Logger } from './ports/logger.js';

/** How often the same is said. */
const EVERY_MS = 60_000;

/** Says that sagas of a version were met that this process doesn't know: once a minute for each version. */
export class UnknownVersions {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #saidAt = new Map<string, number>();

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  met({ name, version }: KnownVersion): void {
    const key = `${name} ${version}`;
    const now = this.#clock.now();
    const saidAt = this.#saidAt.get(key);
    if (saidAt !== undefined && now - saidAt < EVERY_MS) return;
    this.#saidAt.set(key, now);
    this.#logger.warn(
      { saga: name, version },
      'sagas of a version that is unknown here are left to workers that know it',
    );
  }
}
