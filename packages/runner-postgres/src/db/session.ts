import type pg from 'pg';

/** Something that statements can be run on: the pool, a client with a transaction open, a caller's transaction. */
export interface Session {
  query<Row>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/** A transaction of the caller's: Kysely's, whatever its tables, or a `pg` client that has said `BEGIN`. */
export type CallerTransaction = KyselyTransaction | Pick<pg.ClientBase, 'query'>;

/** The part of a Kysely transaction that is used, so that any version of Kysely fits which has it. */
interface KyselyTransaction {
  executeQuery<Row>(query: {
    readonly sql: string;
    readonly parameters: readonly unknown[];
    readonly query: {
      readonly kind: 'RawNode';
      readonly sqlFragments: readonly string[];
      readonly parameters: readonly [];
    };
    readonly queryId: { readonly queryId: string };
  }): Promise<{ readonly rows: Row[] }>;
}

/** Statements for a `pg` pool or client. */
export function pgSession(target: Pick<pg.ClientBase, 'query'> | pg.Pool): Session {
  return {
    async query<Row>(text: string, values: readonly unknown[] = []) {
      const result: pg.QueryResult | pg.QueryResult[] = await target.query({ text, values: [...values] });
      // Several statements in one text, as pg-boss writes its own transactions, give several results.
      const rows: unknown[] = Array.isArray(result) ? result.flatMap((one) => one.rows) : result.rows;
      return rows as Row[];
    },
  };
}

/** Statements inside of a transaction that somebody else began and will end. */
export function callerSession(tx: CallerTransaction): Session {
  if (!('executeQuery' in tx)) return pgSession(tx);
  return {
    async query<Row>(text: string, values: readonly unknown[] = []) {
      const result = await tx.executeQuery<Row>({
        sql: text,
        parameters: values,
        query: { kind: 'RawNode', sqlFragments: [text], parameters: [] },
        queryId: { queryId: 'countermand' },
      });
      return result.rows;
    },
  };
}
