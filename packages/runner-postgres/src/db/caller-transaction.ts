import { SagaError } from '@countermand/saga-core';
import type pg from 'pg';
import { oneByOne, pgSession, type Session } from './session.js';

/**
 * A transaction of the caller's: a `pg` client that has said `BEGIN`, or what Kysely, Drizzle (node-postgres), Knex (pg)
 * or Prisma hand to a transaction's callback. Known by what it can do, so that none of them has to be installed. A pool
 * or a plain `db` is none.
 */
export type CallerTransaction =
  | PgClient
  | KyselyTransaction
  | DrizzleTransaction
  | KnexTransaction
  | PrismaTransaction;

/** A pool has the same `query`, but every call may run on another connection. */
type PgClient = Pick<pg.ClientBase, 'query'> & { readonly totalCount?: never };

/** The part of a Kysely transaction that is used, so that any version of Kysely fits which has it. */
interface KyselyTransaction {
  readonly isTransaction: true;
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

/** The part of a Drizzle transaction that is used. Only transactions can `rollback`. */
interface DrizzleTransaction {
  execute(statement: DrizzleStatement | string): PromiseLike<{ readonly rows: unknown[] }>;
  rollback(): never;
}

/** What Drizzle asks of anything that can be executed. */
interface DrizzleStatement {
  getSQL(): unknown;
}

/** The part of a Knex transaction that is used. Only transactions can be completed. */
interface KnexTransaction {
  raw(text: string, bindings: readonly null[]): PromiseLike<{ readonly rows: unknown[] }>;
  isCompleted(): boolean;
}

/** The part of Prisma's client inside of an interactive transaction that is used; the client outside can `$connect`. */
interface PrismaTransaction {
  $queryRawUnsafe<Row>(text: string, ...values: unknown[]): PromiseLike<Row>;
  readonly $connect?: never;
}

/**
 * Statements inside of a transaction that somebody else began and will end.
 *
 * @throws SagaError `SETTING_INVALID` for what is no transaction
 */
export async function callerSession(tx: CallerTransaction): Promise<Session> {
  const session = oneByOne(sessionOf(tx));
  if (!isIdle(tx)) return session;
  // A BEGIN that was sent, and not waited for, has been answered when the next statement is.
  await session.query('select 1');
  if (isIdle(tx)) throw noTransaction('a pg client that has not');
  return session;
}

/** Whether a client of `pg` says of itself that it has no transaction open; those that can't tell are taken at their word. */
function isIdle(tx: object): boolean {
  if (!hasMethod(tx, 'getTransactionStatus')) return false;
  const { getTransactionStatus } = tx as { getTransactionStatus(): unknown };
  return getTransactionStatus.call(tx) === 'I';
}

function sessionOf(tx: CallerTransaction): Session {
  // Prisma's proxies and Knex's functions are objects with more than what is asked for here: the rarest names first.
  const what: object = isObjectLike(tx) ? tx : {};
  if (hasMethod(what, '$queryRawUnsafe')) {
    if (hasMethod(what, '$connect')) throw noTransaction('the Prisma client itself');
    return prismaSession(tx as PrismaTransaction);
  }
  if (hasMethod(what, 'executeQuery')) {
    if (!('isTransaction' in what) || what.isTransaction !== true) throw noTransaction('a plain Kysely');
    return kyselySession(tx as KyselyTransaction);
  }
  if (hasMethod(what, 'raw')) {
    if (!hasMethod(what, 'isCompleted')) throw noTransaction('Knex itself');
    return knexSession(tx as KnexTransaction);
  }
  if (hasMethod(what, 'execute')) {
    if (!hasMethod(what, 'rollback')) throw noTransaction("Drizzle's db");
    return drizzleSession(tx as DrizzleTransaction);
  }
  if (hasMethod(what, 'query')) {
    if ('totalCount' in what) throw noTransaction('a pool');
    return pgSession(tx as PgClient);
  }
  throw noTransaction('something else');
}

function isObjectLike(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function hasMethod(value: object, name: string): boolean {
  return typeof Reflect.get(value, name) === 'function';
}

function noTransaction(given: string): SagaError {
  return new SagaError(
    'SETTING_INVALID',
    `tx: must be a transaction of Kysely, Drizzle, Knex or Prisma, or a pg client that has said BEGIN; it is ${given}`,
  );
}

function kyselySession(tx: KyselyTransaction): Session {
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

function drizzleSession(tx: DrizzleTransaction): Session {
  return {
    async query<Row>(text: string, values: readonly unknown[] = []) {
      // Drizzle builds its own statements in the same way: whatever has this form, it sends.
      const built = { toQuery: () => ({ sql: text, params: [...values] }) };
      const result = await tx.execute({ getSQL: () => built });
      return result.rows as Row[];
    },
  };
}

function knexSession(tx: KnexTransaction): Session {
  return {
    async query<Row>(text: string, values: readonly unknown[] = []) {
      const positional: unknown[] = [];
      // Knex counts question marks instead of naming parameters; those of the statement's own are escaped.
      const marked = text.replace(/\?|\$(\d+)/g, (mark, number) => {
        if (mark === '?') return '\\?';
        positional.push(values[Number(number) - 1] ?? null);
        return '?';
      });
      const { rows } = await tx.raw(marked, positional as readonly null[]);
      return rows as Row[];
    },
  };
}

function prismaSession(tx: PrismaTransaction): Session {
  return {
    query: async <Row>(text: string, values: readonly unknown[] = []) =>
      await tx.$queryRawUnsafe<Row[]>(text, ...values),
  };
}
