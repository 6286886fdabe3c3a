import type pg from 'pg';

/** Something that statements can be run on: the pool, a client with a transaction open, a caller's transaction. */
export interface Session {
  query<Row>(text: string, values?: readonly unknown[], options?: StatementOptions): Promise<Row[]>;
}

/** How a statement is sent. */
export interface StatementOptions {
  /** It comes again with the same text: parsed and planned once for a connection, where that is possible. */
  readonly isPrepared?: boolean;
  /** The last one of its transaction, which may be committed together with it if it succeeds. */
  readonly isLast?: boolean;
  /** How long its answer is waited for, where it is a transaction of its own and may take long. */
  readonly answerMs?: number;
}

/**
 * Statements for a `pg` pool or client, by names of their own where `nameOf` gives one.
 *
 * @param ask - how the target is asked, where not by the promise that it gives
 */
export function pgSession<Target extends Pick<pg.ClientBase, 'query'> | pg.Pool>(
  target: Target,
  nameOf: (text: string) => string | undefined = () => undefined,
  ask: (target: Target, config: pg.QueryConfig) => Promise<pg.QueryResult | pg.QueryResult[]> = askByPromise,
): Session {
  return {
    async query<Row>(text: string, values: readonly unknown[] = [], options: StatementOptions = {}) {
      const name = options.isPrepared ? nameOf(text) : undefined;
      const result = await ask(target, { text, values: [...values], ...(name !== undefined && { name }) });
      // Several statements in one text, as pg-boss writes its own transactions, give several results.
      const rows: unknown[] = Array.isArray(result) ? result.flatMap((one) => one.rows) : result.rows;
      return rows as Row[];
    },
  };
}

function askByPromise(
  target: Pick<pg.ClientBase, 'query'> | pg.Pool,
  config: pg.QueryConfig,
): Promise<pg.QueryResult> {
  return target.query(config);
}

/**
 * Lets no statement of a transaction be sent before the one in front of it has ended: most clients can't have two under
 * way. Behind one that failed nothing is sent any more, as the server would carry out nothing: by then the transaction
 * may have been rolled back, and what came after it would be one of its own.
 */
export function oneByOne(session: Session): Session {
  let last: Promise<unknown> = Promise.resolve();
  return {
    query<Row>(text: string, values?: readonly unknown[], options?: StatementOptions) {
      const result = last.then(() => session.query<Row>(text, values, options));
      last = result;
      last.catch(() => undefined);
      return result;
    },
  };
}

/**
 * Sends each statement when the one in front of it has ended, however that was: for statements that don't belong
 * together, of somebody who doesn't know that they share a connection.
 */
export function inTurn(session: Session): Session {
  let last: Promise<unknown> = Promise.resolve();
  return {
    query<Row>(text: string, values?: readonly unknown[], options?: StatementOptions) {
      const result = last.then(() => session.query<Row>(text, values, options));
      last = result.catch(() => undefined);
      return result;
    },
  };
}

/**
 * Refuses statements once the transaction has ended: the connection would carry them out all the same, each as a
 * transaction of its own, or inside of the one that it is used for by then.
 */
export function untilEnded(session: Session): { readonly session: Session; readonly end: () => void } {
  let hasEnded = false;
  return {
    session: {
      async query<Row>(text: string, values?: readonly unknown[], options?: StatementOptions) {
        if (hasEnded) throw new Error('the transaction has ended');
        return await session.query<Row>(text, values, options);
      },
    },
    end: () => {
      hasEnded = true;
    },
  };
}
