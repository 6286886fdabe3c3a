import { assumedTransaction, isAsAssumed, NotAsAssumed } from '../assumed-claims.js';
import { failureKind } from '../db/failure-kind.js';
import type { AssumedClaims, ClaimRequest } from '../ports/claims.js';
import type { InboxRow } from '../ports/inbox-rows.js';
import type { MoveTransaction, MoveWrites } from '../ports/store.js';
import type { Flaw } from './flaw.js';
import { SimConnection, type World } from './sim-connection.js';
import type { OpenTransaction, SimDatabase } from './sim-database.js';
import type { SimProcess } from './sim-process.js';

/** What a simulated store is made of. */
export interface SimStoreParts {
  readonly world: World;
  readonly process: SimProcess;
  readonly database: SimDatabase;
  /** Sagas that the database refuses to save for now. */
  readonly poisoned: ReadonlySet<string>;
  /** Tells the other processes. */
  readonly tell: (notices: readonly string[]) => void;
  readonly flaw: Flaw | undefined;
}

/** The transactions that move sagas: what they claim, decide and save, in the statements of the real ones. */
export class SimMoves {
  readonly connection: SimConnection;

  constructor(protected readonly parts: SimStoreParts) {
    this.connection = new SimConnection(parts.world, parts.process, parts.database);
  }

  move<Result>(body: (tx: MoveTransaction) => Promise<Result>): Promise<Result> {
    const notices: string[] = [];
    return this.connection
      .transaction((tx) => body(this.#moveTransaction(tx, notices)))
      .then((result) => {
        if (notices.length > 0) this.parts.tell(notices);
        return result;
      });
  }

  async moveAssumed<Result>(
    assumed: AssumedClaims,
    body: (tx: MoveTransaction) => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly now: number } | undefined> {
    try {
      return await this.move(async (tx) => {
        const found = await tx.claim(assumed.request);
        if (!isAsAssumed(found, assumed)) throw new NotAsAssumed('somebody else was there');
        const result = await body(
          assumedTransaction(assumed, tx, (writes) =>
            tx.save(shifted(writes, found.now - assumed.claims.now)),
          ),
        );
        return { result, now: found.now };
      });
    } catch (error) {
      if (error instanceof NotAsAssumed || failureKind(error) !== 'away') return undefined;
      throw error;
    }
  }

  #moveTransaction(tx: OpenTransaction, notices: string[]): MoveTransaction {
    const { database, process } = this.parts;
    return {
      claim: async (request) => {
        const snapshot = await this.#snapshot(tx, request);
        const claim = () =>
          database.claim(tx, request, snapshot ?? database.messages(request), process.clock.now());
        return await this.connection.run('claim', claim, tx);
      },
      reserveAbsent: (ids) => this.connection.run('reserveAbsent', () => database.reserveAbsent(tx, ids), tx),
      publishOrder: (request) =>
        this.connection.run('publishOrder', () => database.publishOrder(tx, request), tx),
      save: (writes) => {
        notices.push(...writes.notices);
        return this.connection.run('save', () => this.#save(tx, writes), tx);
      },
    };
  }

  /** The claim's snapshot is taken, now and then, a while before its locks are. */
  async #snapshot(
    tx: OpenTransaction,
    request: ClaimRequest,
  ): Promise<ReadonlyMap<string, InboxRow> | undefined> {
    const { database, world, flaw } = this.parts;
    const often = flaw === 'stale-messages-decided' ? 0.9 : 0.1;
    if (request.messages.length === 0 || !world.faults.hit('snapshot older than the lock', often))
      return undefined;
    return await this.connection.run('snapshot', () => database.messages(request), tx);
  }

  #save(tx: OpenTransaction, writes: MoveWrites): void {
    const { poisoned, database } = this.parts;
    if ([...writes.sagas, ...writes.newSagas].some(({ id }) => poisoned.has(id)))
      throw Object.assign(new Error('unsupported Unicode escape sequence'), { code: '22P05' });
    database.save(tx, writes);
  }
}

/** What was decided for a moment ago becomes due that much later. */
function shifted(writes: MoveWrites, byMs: number): MoveWrites {
  const later = (at: number | null) => (at === null ? null : at + byMs);
  return {
    ...writes,
    added: writes.added.map((row) => ({
      ...row,
      createdAt: row.createdAt + byMs,
      dueAt: later(row.dueAt),
      deadlineAt: later(row.deadlineAt),
    })),
  };
}
