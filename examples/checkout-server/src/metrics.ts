import { type Kysely, sql } from 'kysely';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CheckoutTables } from './db/tables.ts';

/** The process's metrics. */
export interface Metrics {
  /** Notes an answered request; `route` is the route's pattern, never its path. */
  observeRequest(request: { method: string; route: string; status: number; durationMs: number }): void;
  /** All of them as Prometheus text. What is counted in the database is counted now. */
  read(): Promise<{ contentType: string; text: string }>;
}

/** Sets the metrics up. Counts of sagas are read from the runner's tables in `schema`, at most once in five seconds. */
export function createMetrics(db: Kysely<CheckoutTables>, schema: string): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  const http = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const sagas = new Gauge({
    name: 'sagas',
    help: 'Sagas by status',
    labelNames: ['saga', 'status'],
    registers,
  });
  const parked = new Gauge({ name: 'sagas_parked', help: 'Sagas that wait for a person', registers });
  const outbox = new Gauge({
    name: 'outbox_rows',
    help: 'Steps, timers and events that are not settled',
    labelNames: ['kind', 'status'],
    registers,
  });
  const lag = new Gauge({
    name: 'outbox_lag_seconds',
    help: 'How long the oldest row that is due has been due',
    registers,
  });
  const inbox = new Gauge({
    name: 'inbox_rows',
    help: 'Messages that are not decided yet: pending, or early for a saga that has not begun',
    labelNames: ['status'],
    registers,
  });
  const xminAge = new Gauge({
    name: 'postgres_oldest_xmin_age',
    help: 'Transactions since the oldest snapshot that somebody still holds; it keeps vacuum from cleaning up',
    registers,
  });
  let countedAt = Number.NEGATIVE_INFINITY;

  async function count(): Promise<void> {
    if (performance.now() - countedAt < 5_000) return;
    countedAt = performance.now();
    const counted = await countSagas(db, schema);
    sagas.reset();
    outbox.reset();
    for (const { saga, status, n } of counted.sagas) sagas.set({ saga, status }, n);
    for (const { kind, status, n } of counted.outbox) outbox.set({ kind, status }, n);
    parked.set(counted.sagas.filter(({ status }) => status === 'parked').reduce((sum, { n }) => sum + n, 0));
    lag.set(counted.lagSeconds);
    for (const status of ['pending', 'early']) inbox.set({ status }, counted.inbox.get(status) ?? 0);
    xminAge.set(counted.xminAge);
  }

  return {
    observeRequest: ({ method, route, status, durationMs }) =>
      http.observe({ method, route, status }, durationMs / 1_000),
    async read() {
      await count();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}

async function countSagas(db: Kysely<CheckoutTables>, schema: string) {
  const sagas = await sql<{ saga: string; status: string; n: number }>`
    select saga, status, count(*)::int as n from ${sql.table(`${schema}.saga`)} group by 1, 2`.execute(db);
  const outbox = await sql<{ kind: string; status: string; n: number }>`
    select kind, status, count(*)::int as n from ${sql.table(`${schema}.outbox`)}
    where status in ('pending', 'leased', 'awaiting') group by 1, 2`.execute(db);
  const lag = await sql<{ seconds: number }>`
    select coalesce(extract(epoch from now() - min(due_at)), 0)::float8 as seconds
    from ${sql.table(`${schema}.outbox`)}
    where status in ('pending', 'leased', 'awaiting') and due_at < now()`.execute(db);
  const inbox = await sql<{ status: string; n: number }>`
    select status, count(*)::int as n from ${sql.table(`${schema}.inbox`)}
    where status in ('pending', 'early') group by 1`.execute(db);
  // Sessions of others show only to those who may see them; one's own always do.
  const xmin = await sql<{ age: number }>`
    select coalesce(max(age(backend_xmin)), 0)::int as age from pg_stat_activity
    where backend_xmin is not null`.execute(db);
  return {
    sagas: sagas.rows,
    outbox: outbox.rows,
    lagSeconds: lag.rows[0]?.seconds ?? 0,
    inbox: new Map(inbox.rows.map(({ status, n }) => [status, n])),
    xminAge: xmin.rows[0]?.age ?? 0,
  };
}
