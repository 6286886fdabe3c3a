import type { BooksAnswer } from '@countermand-examples/participants/contract';
import { Problem } from '../http/problem.ts';
import type { Services } from '../http/services.ts';
import { RUNNER_SCHEMA } from '../start-runner.ts';
import { auditCases } from './audit-case.ts';
import { checkHistory } from './check-history.ts';
import { checkLiveness } from './check-liveness.ts';
import { checkMoney } from './check-money.ts';
import { checkStock } from './check-stock.ts';
import { readOwnRows } from './read-own-rows.ts';
import type { Violation } from './violation.ts';

const BOOKS_BYTES = 256 * 1024 * 1024;

/** What `/dev/invariants` answers. */
export interface InvariantReport {
  readonly ok: boolean;
  readonly checked: Record<string, number>;
  readonly violations: Violation[];
}

/**
 * Checks money, stock, history and liveness against the participants' books, which are read from their journal file
 * for this very call. Orders that something has happened to within ten seconds are left out of what can only be
 * judged when it is quiet. Never changes anything.
 *
 * @throws Problem `UNAVAILABLE` where the books can't be had
 */
export async function checkInvariants({
  client,
  db,
  saga,
}: Pick<Services, 'client' | 'db' | 'saga'>): Promise<InvariantReport> {
  const { status, body } = await client.relay('/dev/books', { method: 'GET', maxBytes: BOOKS_BYTES });
  if (status !== 200) throw new Problem('UNAVAILABLE', "The participants' books can't be read.");
  const books = body as BooksAnswer;
  const own = await readOwnRows(db, RUNNER_SCHEMA);
  const cases = await auditCases(saga, own, books);
  const statuses = new Map(cases.map(({ id, sagaStatus }) => [id, sagaStatus]));
  const violations: Violation[] = [
    ...books.flaws.map(({ line, detail, problem }) => ({
      invariant: 'JOURNAL',
      detail: `line ${line} is ${problem}: ${detail}`,
    })),
    ...checkMoney(cases, books),
    ...checkStock(cases, books),
    ...(await checkHistory(saga, own.orders)),
    ...checkLiveness(own, books, (id) => statuses.get(id)),
  ];
  return {
    ok: violations.length === 0,
    checked: {
      orders: own.orders.length,
      quiet: cases.filter(({ isQuiet }) => isQuiet).length,
      payments: cases.reduce((all, { payments }) => all + payments.length, 0),
      skus: Object.keys(books.stock).length,
      history: own.orders.reduce((all, order) => all + (order.saga?.history.length ?? 0), 0),
      messages: own.inbox.length,
      effects: Object.keys(books.effects).length,
      journal_lines: books.lines,
    },
    violations,
  };
}
