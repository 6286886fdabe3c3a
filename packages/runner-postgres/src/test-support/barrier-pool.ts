import pg from 'pg';
import { onTestFinished } from 'vitest';
import { gate } from './open-runner.js';

/** Holds a transaction at some point. */
interface Hold {
  /** The transaction has come to that point, and holds its locks. */
  readonly reached: Promise<void>;
  open(): void;
}

/** A pool whose transactions a test can hold, and whose statements it can make fail. */
export interface BarrierPool {
  readonly pool: pg.Pool;
  /** Holds the next transaction that has written something that matches before its commit. */
  hold(written: RegExp): Hold;
  /** Holds the next statement that matches before it is sent. */
  holdBefore(statement: RegExp): Hold;
  /** Resolves when the database has answered the next statement that matches. */
  answered(statement: RegExp): Promise<void>;
  /** Lets so many of the next statements that match fail with this SQLSTATE, before they reach the database. */
  fail(statement: RegExp, sqlState: string, times: number): void;
  /** How many statements were made to fail. */
  readonly failed: () => number;
  /** SQLSTATEs that the database itself refused statements with. */
  readonly refusals: readonly string[];
}

/** A transaction that is held is as silent as one whose process is gone, which the server would end after some seconds. */
const LET_IT_BE_SILENT = 'set local idle_in_transaction_session_timeout = 0';

/** A pool with barriers that ends with the test. */
export function barrierPool(url: string, max = 10): BarrierPool {
  const pool = new pg.Pool({ connectionString: url, max });
  const holds: { written: RegExp; reach: () => void; opened: Promise<void> }[] = [];
  const before: { statement: RegExp; reach: () => void; opened: Promise<void> }[] = [];
  const awaited: { statement: RegExp; tell: () => void }[] = [];
  const refusals: string[] = [];
  const faults: { statement: RegExp; sqlState: string; left: number }[] = [];
  let failed = 0;
  const holdFor = new WeakMap<object, (typeof holds)[number]>();

  pool.on('connect', (client) => {
    const query = client.query.bind(client) as (...args: unknown[]) => Promise<unknown>;
    const watched = async (...args: unknown[]): Promise<unknown> => {
      const { text, values } = statementOf(args);
      const fault = faults.find(({ statement, left }) => left > 0 && statement.test(text));
      if (fault) {
        fault.left -= 1;
        failed += 1;
        throw Object.assign(new Error(`injected ${fault.sqlState}`), { code: fault.sqlState });
      }
      const waits = before.find(({ statement }) => statement.test(text));
      if (waits) {
        before.splice(before.indexOf(waits), 1);
        await query(LET_IT_BE_SILENT);
        waits.reach();
        await waits.opened;
      }
      if (text === 'commit') {
        const hold = holdFor.get(client);
        holdFor.delete(client);
        if (hold) await query(LET_IT_BE_SILENT);
        hold?.reach();
        await hold?.opened;
      }
      if (text === 'rollback') holdFor.delete(client);
      const result = await query(...args).catch((error: unknown) => {
        refusals.push(String((error as { code?: unknown }).code));
        throw error;
      });
      for (const one of awaited.filter(({ statement }) => statement.test(text))) {
        awaited.splice(awaited.indexOf(one), 1);
        one.tell();
      }
      const hold = holds.find(({ written }) => values.some((one) => written.test(one)));
      // Only what is written counts, not the claim that asks for it.
      if (hold && text.includes('.history')) {
        holds.splice(holds.indexOf(hold), 1);
        holdFor.set(client, hold);
      }
      return result;
    };
    Object.assign(client, {
      query: (...args: unknown[]) => {
        const tell = args.at(-1);
        if (typeof tell !== 'function') return watched(...args);
        watched(...args.slice(0, -1)).then(
          (result) => tell(null, result),
          (error: unknown) => tell(error),
        );
        return undefined;
      },
    });
  });
  pool.on('error', () => undefined);
  onTestFinished(() => pool.end());
  return {
    pool,
    hold(written) {
      const { hold, barrier } = newHold();
      holds.push({ written, ...barrier });
      return hold;
    },
    holdBefore(statement) {
      const { hold, barrier } = newHold();
      before.push({ statement, ...barrier });
      return hold;
    },
    answered(statement) {
      const told = gate();
      awaited.push({ statement, tell: told.open });
      return told.opened;
    },
    fail(statement, sqlState, times) {
      faults.push({ statement, sqlState, left: times });
    },
    failed: () => failed,
    refusals,
  };
}

/** A hold, and what the statement that comes to it does. It ends with the test. */
function newHold() {
  const [reached, opened] = [gate(), gate()];
  onTestFinished(opened.open);
  const hold: Hold = { reached: reached.opened, open: opened.open };
  return { hold, barrier: { reach: reached.open, opened: opened.opened } };
}

function statementOf([first, second]: readonly unknown[]): { text: string; values: readonly string[] } {
  if (typeof first === 'string') return { text: first, values: textsOf(second) };
  const { text = '', values } = first as { text?: string; values?: unknown };
  return { text, values: textsOf(values) };
}

function textsOf(values: unknown): string[] {
  return Array.isArray(values) ? values.filter((one): one is string => typeof one === 'string') : [];
}
