import { EmptiedMap } from './emptied-map.js';
import { type Clock, type ClockTimer, pause } from './ports/clock.js';
import type { Logger } from './ports/logger.js';
import type { LeasedRow } from './ports/outbox-rows.js';
import type { Store } from './ports/store.js';
import { LEASE_MARGIN_MS, LEASE_MS, RENEW_AHEAD_MS, RENEW_MS } from './timing.js';

/** What a {@link LeaseKeeper} is made of. */
export interface LeaseKeeperOptions {
  readonly store: Pick<Store, 'renewLeases'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

class Held {
  /** @param endsAt - on the process's own clock, and not later than the database's */
  constructor(
    readonly row: LeasedRow,
    readonly onLost: () => void,
    public endsAt: number,
  ) {}
}

/**
 * Prolongs the leases of everything that this worker carries out, by one statement every second, and none when
 * nothing is older than a quarter of one. A lease that is lost, or that may have ended because the database can't be reached, is
 * told to whoever works under it, before another worker begins.
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #held = new EmptiedMap<Held>();
  #timer: ClockTimer;

  constructor(options: LeaseKeeperOptions) {
    this.#options = options;
  }

  /**
   * @param takenAt - the process's time when the lease was asked for
   * @param onLost - called once, if it is lost; at once, if it is over already
   */
  hold(row: LeasedRow, takenAt: number, onLost: () => void): void {
    const held = new Held(row, onLost, takenAt + LEASE_MS - LEASE_MARGIN_MS);
    this.#held.set(row.lease, held);
    // The database took so long to give it that it may be somebody else's by now.
    if (held.endsAt <= this.#options.clock.now()) return this.#lose(held);
    this.#timer ??= this.#arm();
  }

  drop({ lease }: LeasedRow): void {
    this.#held.delete(lease);
  }

  /** Prolongs nothing any more. */
  stop(): void {
    this.#held.clear();
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(delayMs = RENEW_MS): ClockTimer {
    return this.#options.clock.setTimeout(() => void this.#tick(), delayMs);
  }

  async #tick(): Promise<void> {
    const { clock } = this.#options;
    const startedAt = clock.now();
    if (this.#held.size > 0) await this.#renew();
    // A database that was slow to answer for some leases must not make those late that weren't old enough then, and
    // one that refuses mustn't keep anybody from hearing of the end of a lease before another worker begins.
    const leftMs = Math.max(0, Math.min(startedAt + RENEW_MS, this.#firstEndAt()) - clock.now());
    // Whatever is taken while nothing is held finds no timer, and arms one.
    this.#timer = this.#held.size > 0 ? this.#arm(leftMs) : undefined;
  }

  async #renew(): Promise<void> {
    const { clock, store, logger } = this.#options;
    // A process that was suspended finds its leases over, whatever the database would say.
    this.#loseEnded();
    const askedAt = clock.now();
    const asked = [...this.#held.values()].filter(({ endsAt }) => endsAt - askedAt < RENEW_AHEAD_MS);
    if (asked.length === 0) return;
    const late = new AbortController();
    try {
      const kept = await Promise.race([
        store.renewLeases(
          asked.map(({ row: { sagaId, key, lease } }) => ({ sagaId, key, lease })),
          LEASE_MS,
        ),
        // The database may not answer at all: leases end all the same.
        pause(clock, Math.max(0, Math.min(...asked.map(({ endsAt }) => endsAt)) - askedAt), late.signal),
      ]);
      for (const held of kept ? asked : []) {
        if (kept?.has(held.row.lease)) held.endsAt = askedAt + LEASE_MS - LEASE_MARGIN_MS;
        else this.#lose(held);
      }
    } catch (error) {
      logger.warn({ err: error, leases: asked.length }, 'leases could not be prolonged');
    } finally {
      late.abort();
    }
    this.#loseEnded();
  }

  #firstEndAt(): number {
    let firstAt = Number.POSITIVE_INFINITY;
    for (const { endsAt } of this.#held.values()) firstAt = Math.min(firstAt, endsAt);
    return firstAt;
  }

  #loseEnded(): void {
    const now = this.#options.clock.now();
    for (const held of this.#held.values()) if (held.endsAt <= now) this.#lose(held);
  }

  #lose(held: Held): void {
    if (!this.#held.delete(held.row.lease)) return;
    const { sagaId, key, attempt } = held.row;
    this.#options.logger.warn({ sagaId, key, attempt }, 'lease lost');
    held.onLost();
  }
}
