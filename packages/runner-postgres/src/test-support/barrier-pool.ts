import pg from 'pg';
import { onTestFinished } from 'vitest';
import { gate } from './open-runner.js';

/** Holds the next commit of a transaction that has written something that matches. */
interface Hold {
  /** The transaction has done everything but its commit, and holds its locks. */
  readonly reached: Promise<void>;
  open(): void;
}

/** A pool whose commits a test can hold, and whose statements it can make fail. */
export interface BarrierPool {
  readonly pool: pg.Pool;
  hold(written: RegExp): Hold;
  /** Lets so many of the next statements that match fail with this SQLSTATE, before they reach the database. */
  fail(statement: RegExp, sqlState: string, times: number): void;
  /** How many statements were made to fail. */
  readonly failed: () => number;
}

/** A pool with barriers that ends with the test. */
export function barrierPool(url: string, max = 10): BarrierPool {
  const pool = new pg.Pool({ connectionString: url, max });
  const holds: { written: RegExp; reach: () => void; opened: Promise<void> }[] = [];
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
      if (text === 'commit') {
        const hold = holdFor.get(client);
        holdFor.delete(client);
        hold?.reach();
        await hold?.opened;
      }
      if (text === 'rollback') holdFor.delete(client);
      const result = await query(...args);
      const hold = holds.find(({ written }) => values.some((one) => written.test(one)));
      // Only what is written counts, not the claim that asks for it.
      if (hold && text.includes('.history')) {
        holds.splice(holds.indexOf(hold), 1);
        holdFor.set(client, hold);
      }
      return result;
    };
    Object.assign(client, {
      query: (...args: unknown[]) => (typeof args.at(-1) === 'function' ? query(...args) : watched(...args)),
    });
  });
  pool.on('error', () => undefined);
  onTestFinished(() => pool.end());
  return {
    pool,
    hold(written) {
      const [reached, opened] = [gate(), gate()];
      holds.push({ written, reach: reached.open, opened: opened.opened });
      onTestFinished(opened.open);
      return { reached: reached.opened, open: opened.open };
    },
    fail(statement, sqlState, times) {
      faults.push({ statement, sqlState, left: times });
    },
    failed: () => failed,
  };
}

function statementOf([first, second]: readonly unknown[]): { text: string; values: readonly string[] } {
  if (typeof first === 'string') return { text: first, values: textsOf(second) };
  const { text = '', values } = first as { text?: string; values?: unknown };
  return { text, values: textsOf(values) };
}

function textsOf(values: unknown): string[] {
  return Array.isArray(values) ? values.filter((one): one is string => typeof one === 'string') : [];
}
