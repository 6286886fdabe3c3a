import { assumeClaims, NotAsAssumed } from './assumed-claims.js';
import { KnownSagas } from './known-sagas.js';
import type { MoveItem, MoveResult } from './move-item.js';
import { claimRequest, type MoveContext, type Moved, moveSagas } from './move-sagas.js';
import type { FollowUp } from './outbox-plan.js';
import type { Chance } from './ports/chance.js';
import type { Clock } from './ports/clock.js';
import type { LeasedRow } from './ports/outbox-rows.js';
import type { Store } from './ports/store.js';
import type { Telemetry } from './ports/telemetry.js';
import type { SagaRegistry } from './saga-registry.js';

/** A commit that took longer says too little about the time in the database. */
const TIMELY_MS = 250;
/** After an assumption that didn't hold, so many batches ask first. */
const CAUTIOUS_BATCHES = 8;

/** Places for the rows that a batch's own worker carries out, which are given back if it isn't committed. */
export interface Places extends FollowUp {
  giveBack(): void;
}

/** What a {@link Mover} is made of. */
export interface MoverOptions {
  readonly store: Pick<Store, 'move' | 'moveAssumed' | 'failureKind'>;
  readonly registry: SagaRegistry;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly places: () => Places;
  readonly hears: MoveContext['hears'];
  readonly telemetry: Telemetry | undefined;
  /** @param takenAt - process time before the leases of the batch were asked for */
  readonly onCommit: (moved: Moved, takenAt: number) => void;
  /** Rows of a commit whose answer was lost: if it has happened, their leases are ours. */
  readonly onUnsure: (leased: readonly LeasedRow[]) => void;
}

/**
 * Moves batches of sagas, each in one transaction. A batch that is only about what this process did last is decided
 * from memory and sent with its commit, in one round trip; where the database then says that something was otherwise,
 * and for everything else, the sagas are locked and claimed first.
 */
export class Mover {
  readonly #options: MoverOptions;
  readonly #remembered = new KnownSagas();
  /** How far the database's clock is ahead of this process's, at least; unknown until a commit has told. */
  #aheadMs: number | undefined;
  #cautious = 0;

  constructor(options: MoverOptions) {
    this.#options = options;
  }

  /** @throws what the store throws: nothing has happened, or that isn't known */
  async move(items: readonly MoveItem[]): Promise<readonly MoveResult[]> {
    const takenAt = this.#options.clock.now();
    const moved = (await this.#moveAssumed(items, takenAt)) ?? (await this.#moveClaimed(items));
    this.#learnTime(moved.now, takenAt);
    this.#remembered.keep(moved.saved);
    this.#options.onCommit(moved, takenAt);
    return moved.results;
  }

  /**
   * Remembers nothing of any saga: the database that is met next may be one that was restored, or a replica that has lost
   * the last commits, where the same revision is another state.
   */
  forget(): void {
    this.#remembered.clear();
  }

  async #moveAssumed(items: readonly MoveItem[], takenAt: number): Promise<Moved | undefined> {
    if (this.#aheadMs === undefined) return undefined;
    if (this.#cautious > 0) {
      this.#cautious -= 1;
      return undefined;
    }
    const { registry, store } = this.#options;
    const known = this.#remembered.of(items.map(({ sagaId }) => sagaId));
    const remembered = () => known;
    const request = claimRequest(items, { registry, remembered });
    const assumed = assumeClaims(items, request, registry, takenAt + this.#aheadMs);
    if (!assumed) return undefined;
    const attempt = this.#begin(items, remembered);
    let isRefused = false;
    const done = await this.#sent(attempt, (keep) =>
      store.moveAssumed(assumed, async (tx) => {
        const moved = await moveSagas(tx, items, { ...attempt.context, request });
        isRefused = moved.results.some(({ kind }) => kind === 'failed');
        // A refusal writes nothing by which the database could tell that it isn't as assumed.
        if (isRefused) throw new NotAsAssumed('what is refused is refused under a lock');
        return keep(moved);
      }),
    );
    if (done) {
      attempt.telemetry?.committed();
      return { ...done.result, now: done.now };
    }
    attempt.giveUp(new NotAsAssumed('decided once more, under a lock'));
    if (isRefused) return undefined;
    this.#aheadMs = undefined;
    this.#cautious = CAUTIOUS_BATCHES;
    return undefined;
  }

  async #moveClaimed(items: readonly MoveItem[]): Promise<Moved> {
    const attempt = this.#begin(items, (ids) => this.#remembered.of(ids));
    const moved = await this.#sent(attempt, (keep) =>
      this.#options.store.move(async (tx) => keep(await moveSagas(tx, items, attempt.context))),
    );
    attempt.telemetry?.committed();
    return moved;
  }

  #begin(items: readonly MoveItem[], remembered: MoveContext['remembered']) {
    const { registry, chance, hears } = this.#options;
    const places = this.#options.places();
    const telemetry = this.#options.telemetry?.batch(items.length);
    return {
      telemetry,
      context: { registry, chance, hears, followUp: places, remembered, telemetry },
      giveUp: (error: unknown) => {
        telemetry?.failed(error);
        places.giveBack();
        // Code of the user's may have changed what is remembered.
        this.#remembered.forget(items.map(({ sagaId }) => sagaId));
      },
    };
  }

  async #sent<Result>(
    attempt: { readonly giveUp: (error: unknown) => void },
    send: (keep: (moved: Moved) => Moved) => Promise<Result>,
  ): Promise<Result> {
    let decided: Moved | undefined;
    try {
      return await send((moved) => {
        decided = moved;
        return moved;
      });
    } catch (error) {
      attempt.giveUp(error);
      if (this.#options.store.failureKind(error) === 'away') {
        this.forget();
        // It may have committed. If it did, the leases that it took are ours.
        if (decided) this.#options.onUnsure(decided.leased);
      }
      throw error;
    }
  }

  /** The answer came later than the database looked at its clock: what is learned is never too much. */
  #learnTime(now: number, takenAt: number): void {
    const answeredAt = this.#options.clock.now();
    if (answeredAt - takenAt > TIMELY_MS) return;
    this.#aheadMs = Math.max(this.#aheadMs ?? Number.NEGATIVE_INFINITY, now - answeredAt);
  }
}
