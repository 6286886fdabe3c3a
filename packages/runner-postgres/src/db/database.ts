import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { askClient } from './ask-client.js';
import { connectTo } from './connect-to.js';
import { cutClient } from './cut-client.js';
import { endOf, guardPool } from './guard-pool.js';
import type { SchemaNames } from './schema-name.js';
import { oneByOne, pgSession, type Session, type StatementOptions, untilEnded } from './session.js';
import { StatementNames } from './statement-names.js';

/**
 * Opens a transaction of ours. READ COMMITTED whatever the database's default is: locks are taken in one statement
 * and what they protect is read in the same or the next. The limits end a transaction whose process has
 * gone silent, before the leases of its work end.
 */
const BEGIN = 'begin isolation level read committed';
const SETTINGS = {
  statement_timeout: '30s',
  lock_timeout: '3s',
  idle_in_transaction_session_timeout: '3500ms',
  // Every statement of ours finds its rows by keys. A plan that is kept must not be one which was made for tables
  // that were nearly empty, and none is worth compiling.
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  enable_material: 'off',
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
};
const SET_LOCALLY = setLocally(SETTINGS);
/** For what is repeated in another way when it meets a lock. */
const SET_LOCALLY_HASTY = setLocally({ ...SETTINGS, lock_timeout: '20ms' });

/**
 * How long the answers to a transaction, or to a single statement, are waited for. The server's own limits end a
 * transaction much earlier, and single statements are short; this one is for a connection on which nothing arrives any
 * more. In process time, whatever clock the runner has: networks know no other.
 */
const ANSWER_MS = 45_000;

/** How often it is looked whether the pool has a connection left. */
const STARVED_LOOK_MS = 100;

/** Options of a pool, with what the types don't know yet: waited for before anybody gets a new client. */
type HookedOptions = pg.PoolOptions & { onConnect?: (client: pg.ClientBase) => unknown };

/** Where these differ from the defaults. */
interface DatabaseOptions {
  readonly answerMs?: number;
}

function setLocally(settings: object): string {
  const calls = Object.entries(settings).map(([name, value]) => `set_config('${name}', '${value}', true)`);
  return `select ${calls.join(', ')}`;
}

/** The pool as the runner uses it: single statements, and transactions that no one else's statement can get into. */
export class Database {
  readonly #pool: pg.Pool;
  readonly #release: () => void;
  readonly #onUnprepared: () => void;
  readonly #statements = new StatementNames();
  readonly #inUse = new Set<pg.PoolClient>();
  readonly #answerMs: number;
  #isCut = false;
  #inFlight = 0;
  /** Checkouts that the pool hasn't met yet, and how many it has met. */
  #waiting = 0;
  #checkedOut = 0;
  #idleWaiters: (() => void)[] = [];
  #sessionStatements: readonly string[] = [];
  #isHooked = false;
  readonly #prepared = new WeakSet<pg.ClientBase>();

  constructor(
    pool: pg.Pool,
    readonly names: SchemaNames,
    onError: (error: Error) => void,
    onUnprepared: () => void = () => undefined,
    { answerMs = ANSWER_MS }: DatabaseOptions = {},
  ) {
    this.#answerMs = answerMs;
    this.#onUnprepared = onUnprepared;
    this.#pool = pool;
    this.#release = guardPool(pool, onError);
    pool.on('connect', this.#prepareClient);
  }

  /** Runs one statement, in a transaction of its own. */
  async query<Row>(
    text: string,
    values?: readonly unknown[],
    { answerMs = this.#answerMs }: StatementOptions = {},
  ): Promise<Row[]> {
    return await this.#counted(async () => {
      const { client, release } = await this.#checkOut(answerMs);
      try {
        const rows = await clientSession(client).query<Row>(text, values);
        release();
        return rows;
      } catch (error) {
        release(asError(error));
        throw error;
      }
    });
  }

  /**
   * Runs the body in a transaction: commits what it returns, rolls back what it throws. Where the client can, `begin`
   * travels with the body's first statement, and `commit` with the one that the body calls its last.
   *
   * @param isHasty - fails at a lock that somebody else holds for more than a moment
   */
  async transaction<Result>(body: (session: Session) => Promise<Result>, isHasty = false): Promise<Result> {
    return await this.#counted(async () => {
      const { client, release } = await this.#checkOut(this.#answerMs);
      try {
        const result = await this.#inTransaction(client, body, isHasty);
        release();
        return result;
      } catch (error) {
        if (this.#statements.giveUpFor(error)) this.#onUnprepared();
        await askClient(client, { text: 'rollback' }).then(
          // After a failover it may lead to what was the primary, for as long as it is kept.
          () => release(isReadOnly(error) ? asError(error) : undefined),
          // Nobody knows what state it is in: it must not go back to the pool.
          (broken: Error) => release(broken),
        );
        throw endOf(client) ?? error;
      }
    });
  }

  async #inTransaction<Result>(
    client: pg.PoolClient,
    body: (session: Session) => Promise<Result>,
    isHasty: boolean,
  ): Promise<Result> {
    const settings = isHasty ? SET_LOCALLY_HASTY : SET_LOCALLY;
    const plain = untilEnded(clientSession(client, (text) => this.#statements.nameOf(text)));
    const session = canPipeline(client) ? plain.session : oneByOne(plain.session);
    const begun = canPipeline(client)
      ? Promise.all([session.query(BEGIN), session.query(settings, [], { isPrepared: true })])
      : session.query(`${BEGIN}; ${settings}`);
    begun.catch(() => undefined);
    let committed: Promise<unknown> | undefined;
    const commit = () => {
      committed = askClient(client, { text: 'commit' }).then((result) => {
        // What is sent after a statement that failed commits nothing.
        if (!('command' in result) || result.command !== 'COMMIT')
          throw new Error('the transaction was rolled back');
      });
      committed.catch(() => undefined);
    };
    const committing: Session = {
      query<Row>(text: string, values?: readonly unknown[], options?: StatementOptions) {
        const rows = session.query<Row>(text, values, options);
        if (options?.isLast && canPipeline(client)) commit();
        return rows;
      },
    };
    const result = await body(committing).finally(async () => {
      // Where it failed to begin, that is the error: what came behind was only refused.
      await begun.finally(plain.end);
    });
    if (!committed) commit();
    await committed;
    return result;
  }

  /** Lets every session of the pool run these statements first; for pg-boss's `TestClock`. */
  async setSessionStatements(statements: readonly string[]): Promise<void> {
    this.#sessionStatements = statements;
    this.#prepareFirst();
    const clients = await Promise.all(
      Array.from({ length: this.#pool.totalCount }, () => this.#pool.connect()),
    );
    for (const client of clients) {
      for (const statement of statements) await client.query(statement);
      client.release();
    }
  }

  /** Resolves when no statement is in flight; says whether there was one. */
  async idle(): Promise<boolean> {
    if (this.#inFlight === 0) return false;
    await new Promise<void>((resolve) => this.#idleWaiters.push(resolve));
    return true;
  }

  /**
   * Waits for what is in flight, no longer than that, and cuts the connections of what is left then: for an end that
   * a server which gives no answer mustn't hold up. Whether that was committed is unknown.
   */
  async cut(limitMs: number): Promise<void> {
    const over = new AbortController();
    const isQuiet = await Promise.race([
      this.idle().then(() => true),
      pause(limitMs, false, { signal: over.signal }).catch(() => false),
    ]);
    over.abort();
    if (isQuiet) return;
    this.#isCut = true;
    for (const client of this.#inUse) cutClient(client);
  }

  /**
   * Resolves when for so long all connections of the pool have been in use, we waited for one, and got none. Never once
   * the signal is aborted.
   */
  async untilStarved(limitMs: number, signal: AbortSignal): Promise<void> {
    let since = Date.now();
    let seen = this.#checkedOut;
    while (Date.now() - since < limitMs) {
      await pause(STARVED_LOOK_MS, undefined, { signal });
      const { idleCount, totalCount, options } = this.#pool;
      const isFull = this.#waiting > 0 && idleCount === 0 && totalCount >= options.max;
      if (!isFull || this.#checkedOut !== seen) since = Date.now();
      seen = this.#checkedOut;
    }
  }

  async #checkOut(answerMs: number): Promise<{ client: pg.PoolClient; release: (broken?: Error) => void }> {
    this.#waiting += 1;
    const client = await connectTo(this.#pool).finally(() => {
      this.#waiting -= 1;
    });
    this.#checkedOut += 1;
    this.#inUse.add(client);
    const timer = setTimeout(cutClient, answerMs, client);
    if (this.#isCut) cutClient(client);
    const release = (broken?: Error) => {
      clearTimeout(timer);
      this.#inUse.delete(client);
      client.release(broken);
    };
    return { client, release };
  }

  /** Takes our listeners off the pool, but for those that keep a dead backend from ending the process. */
  leave(): void {
    this.#sessionStatements = [];
    this.#pool.removeListener('connect', this.#prepareClient);
    this.#release();
  }

  /** Has the pool wait for our statements before anybody gets a new client; older pools know of no such hook. */
  #prepareFirst(): void {
    const options: HookedOptions = this.#pool.options;
    if (this.#isHooked) return;
    this.#isHooked = true;
    const { onConnect: before } = options;
    const prepare = async (client: pg.ClientBase): Promise<void> => {
      await before?.(client);
      for (const statement of this.#sessionStatements) await client.query(statement);
      this.#prepared.add(client);
    };
    options.onConnect = prepare;
  }

  readonly #prepareClient = (client: pg.PoolClient): void => {
    if (this.#prepared.has(client)) return;
    // Queued on the client before the checkout's own statement, so that none can overtake it.
    for (const statement of this.#sessionStatements) client.query(statement).catch(() => undefined);
  };

  async #counted<Result>(run: () => Promise<Result>): Promise<Result> {
    this.#inFlight += 1;
    try {
      return await run();
    } finally {
      this.#inFlight -= 1;
      if (this.#inFlight === 0) for (const resolve of this.#idleWaiters.splice(0)) resolve();
    }
  }
}

/** Whether the server only reads. */
function isReadOnly(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '25006';
}

function clientSession(client: pg.PoolClient, nameOf?: (text: string) => string | undefined): Session {
  return pgSession(client, nameOf, askClient);
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

/** Clients of our own pool have it on. */
function canPipeline(client: pg.PoolClient): boolean {
  return 'pipeline' in client && client.pipeline === true;
}
