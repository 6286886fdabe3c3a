import { setTimeout as pause } from 'node:timers/promises';
import type { WorkInHand } from '../build/work-in-hand.ts';
import type { ShopDatabase } from '../processes/database.ts';
import type { Tally } from '../tally.ts';

const EVERY_MS = 100;
/** Slower ones are told in detail. */
const SLOW_MS = 6_000;
/** What isn't taken up by then never will be; far longer than what is promised. */
const GIVE_UP_MS = 30_000;

interface Watched {
  readonly leases: ReadonlySet<string>;
  readonly since: number;
  readonly tally: Tally;
  /** When nothing of it was leased any more: it was handed over, or had ended. */
  handedOverMs?: number;
}

/**
 * Watches, in the database itself, until the work of dead workers is in other hands: no row is held any more under a
 * lease of theirs.
 */
export class Recoveries {
  readonly #database: () => ShopDatabase;
  #watched: readonly Watched[] = [];
  #loop: Promise<void> | undefined;

  constructor(database: () => ShopDatabase) {
    this.#database = database;
  }

  /** From now on, or from that instant of `performance.now()`. */
  watch({ leases }: WorkInHand, tally: Tally, since = performance.now()): void {
    if (leases.length === 0) return;
    this.#watched = [...this.#watched, { leases: new Set(leases), since, tally }];
    this.#loop ??= this.#run();
  }

  /** Resolves when nothing is watched any more. */
  async settled(): Promise<void> {
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (this.#watched.length > 0) {
      const held = await this.#held();
      const now = performance.now();
      this.#watched = this.#watched.filter((one) => held === undefined || !this.#isOver(one, held, now));
      await pause(EVERY_MS);
    }
    this.#loop = undefined;
  }

  #isOver(watched: Watched, held: ReadonlyMap<string, string>, now: number): boolean {
    const { leases, since, tally } = watched;
    const left = [...leases].flatMap((lease) => held.get(lease) ?? []);
    const isTaken = left.length === 0;
    // Work can't be taken up in a database that is away.
    const tookMs = now - Math.max(since, this.#database().upSince);
    if (!left.includes('leased')) watched.handedOverMs ??= tookMs;
    if (isTaken) tally.recoveries.push(tookMs);
    if (isTaken && tookMs > SLOW_MS)
      tally.slow.push({ handedOverMs: watched.handedOverMs ?? tookMs, takenMs: tookMs });
    if (!isTaken && tookMs > GIVE_UP_MS) tally.problems.push(`work was not taken up within ${GIVE_UP_MS} ms`);
    return isTaken || tookMs > GIVE_UP_MS;
  }

  /** Leases under which a row is held, or handed on and not taken yet. */
  async #held(): Promise<ReadonlyMap<string, string> | undefined> {
    const all = this.#watched.flatMap(({ leases }) => [...leases]);
    try {
      const rows = await this.#database().query<{ lease: string; status: string }>(
        `select lease::text, status from countermand.outbox where lease = any($1::uuid[])
           and (status = 'leased' or (status = 'pending' and delivery is not null))`,
        [all],
      );
      return new Map(rows.map(({ lease, status }) => [lease, status]));
    } catch {
      return undefined;
    }
  }
}
