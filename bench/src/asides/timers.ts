import { setTimeout as pause } from 'node:timers/promises';
import { createRunner } from '@countermand/runner-postgres';
import pg from 'pg';
import { answerAside, asideInput } from '../run-aside.ts';
import { waitingSaga } from '../waiting-saga.ts';

/** How quickly timers fire that are due together. */
export interface TimerDrain {
  readonly timers: number;
  /** From when the worker begins until the last saga is over. */
  readonly seconds: number;
}

const { url } = asideInput<{ url: string }>();
const client = new pg.Client({ connectionString: url });
await client.connect();
const waiting = async () => {
  const { rows } = await client.query<{ n: number }>(
    'select count(*)::int as n from countermand.saga where not settled',
  );
  return rows[0]?.n ?? 0;
};
const timers = await waiting();
const worker = createRunner({ connection: url, sagas: [waitingSaga] });
const startedAt = performance.now();
await worker.work();
while ((await waiting()) > 0) await pause(50);
const seconds = (performance.now() - startedAt) / 1_000;
await worker.stop({ graceMs: 0 });
await client.end();
answerAside({ timers, seconds } satisfies TimerDrain);
