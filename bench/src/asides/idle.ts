import { setTimeout as pause } from 'node:timers/promises';
import { createRunner } from '@countermand/runner-postgres';
import pg from 'pg';
import { fiveSteps } from '../five-steps.ts';
import { answerAside, asideInput } from '../run-aside.ts';
import { waitingSaga } from '../waiting-saga.ts';

/** What a worker asks of the server while there is nothing to do. */
export interface IdleUse {
  readonly statementsPerSecond: number;
  readonly transactionsPerSecond: number;
}

const A_DAY_MS = 86_400_000;
/** What a worker does when it starts is over by then. */
const UNTIL_QUIET_MS = 3_000;

const { url, seconds, waiting } = asideInput<{ url: string; seconds: number; waiting: number }>();
const runner = createRunner({
  connection: url,
  sagas: [fiveSteps, waitingSaga],
  adapters: {
    'five-steps': {
      check: ({ idempotencyKey }) => ({ ref: idempotencyKey }),
      reserve: ({ idempotencyKey }) => ({ ref: idempotencyKey }),
    },
  },
});
await runner.migrate();
await runner.work();
for (let started = 0; started < waiting; started += 500) {
  const batch = Array.from({ length: Math.min(500, waiting - started) }, () =>
    runner.start(waitingSaga, { waitMs: A_DAY_MS }),
  );
  await Promise.all(batch);
}
await pause(UNTIL_QUIET_MS);

const client = new pg.Client({ connectionString: url });
await client.connect();
await client.query('create extension if not exists pg_stat_statements');
const counted = async () => {
  const { rows } = await client.query<{ statements: string; transactions: string }>(
    `select coalesce(sum(calls) filter (where query !~ '^\\s*(begin|commit|rollback|deallocate|discard)'), 0) as statements,
       coalesce(sum(calls) filter (where query ~* '^\\s*(commit|rollback)'), 0) as transactions
     from pg_stat_statements s join pg_database d on d.oid = s.dbid
     where d.datname = current_database() and s.toplevel`,
  );
  return { statements: Number(rows[0]?.statements), transactions: Number(rows[0]?.transactions) };
};
const before = await counted();
await pause(seconds * 1_000);
const after = await counted();
await client.end();
await runner.stop({ graceMs: 0 });
answerAside({
  // One of them is the count itself.
  statementsPerSecond: (after.statements - before.statements - 1) / seconds,
  transactionsPerSecond: (after.transactions - before.transactions) / seconds,
} satisfies IdleUse);
