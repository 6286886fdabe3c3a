import pg from 'pg';
import { noteConnectFailure } from './connect-failures.js';

/** What the system and PostgreSQL (or a pooler before it) say where there is nobody, not yet, or nobody who lets us in. */
const NOWHERE = /^(E[A-Z_]+|08\w{3}|28\w{3}|3D\w{3}|57P03)$/;

/** No connection came about. The message says to where, and never the password; `code` and `cause` are the driver's. */
export class NoConnection extends Error {
  override readonly name = 'NoConnection';
  readonly code: string;

  constructor(where: string, code: string, cause: Error) {
    const why = textOf(cause).replace(/\s*\n\s*/g, ' ');
    super(
      `the database can't be reached: ${where}: ${why}; see whether it runs, and whether DATABASE_URL leads there`,
      { cause },
    );
    this.code = code;
  }
}

/** A client of the pool. @throws NoConnection where there is no server, or none that lets us in */
export async function connectTo(pool: pg.Pool): Promise<pg.PoolClient> {
  try {
    return await pool.connect();
  } catch (error) {
    const told = withPlace(error, pool);
    noteConnectFailure(told);
    throw told;
  }
}

function withPlace(error: unknown, pool: pg.Pool): unknown {
  if (!(error instanceof Error && 'code' in error)) return error;
  const code = String(error.code);
  return NOWHERE.test(code) ? new NoConnection(placeOf(pool), code, error) : error;
}

/** As the driver reads it, from the connection string, the options, or the environment. */
function placeOf({ options }: pg.Pool): string {
  const { host, port, database } = new pg.Client(options);
  const address = host.startsWith('/') ? `${host} (port ${port})` : `${host}:${port}`;
  return `'${database ?? ''}' at ${address}`;
}

/** What was tried at several addresses has no words of its own. */
function textOf(error: Error): string {
  if (!(error instanceof AggregateError)) return error.message;
  return error.errors.map((one: unknown) => (one instanceof Error ? one.message : String(one))).join(', ');
}
