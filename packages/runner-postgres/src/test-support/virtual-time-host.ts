import type { AnySaga } from '@countermand/saga-core';
import type { ConformanceHost, CreateHost } from '@countermand/saga-core/testing';
import { eventually } from '@countermand/test-kit';
import { TestClock } from 'pg-boss';
import { expect } from 'vitest';
import type { PublishedEvent } from '../deliver-event.js';
import { LeapClock } from './leap-clock.js';
import { freshDatabase, testPool } from './migrated-database.js';
import { openRunner } from './open-runner.js';

/** What could happen without time passing. */
const UNFINISHED = `
  select count(*) filter (where status = 'leased')::int as leased,
    count(*) filter (where status = 'pending' and (kind = 'publish' or delivery is not null))::int as sent,
    count(*) filter (where status in ('pending', 'awaiting') and due_at <= countermand.saga_now())::int as due,
    (select count(*)::int from countermand.inbox where status = 'pending') as messages
  from countermand.outbox where status in ('pending', 'leased', 'awaiting')`;

const NEXT_DUE = `
  select countermand.ms(min(due_at)) as at from countermand.outbox
  where status in ('pending', 'awaiting') and delivery is null and due_at > countermand.saga_now()`;

/** As the worker would have done in the time that a leap leaves out. */
const RENEW = `
  update countermand.outbox set due_at = countermand.saga_now() + interval '6 s' where status = 'leased'`;

/** As the time after a crash would have done. */
const LAPSE = `update countermand.outbox set due_at = countermand.saga_now() where status = 'leased'`;

function adaptersOf(sagas: readonly AnySaga[], adapters: Readonly<Record<string, unknown>>) {
  const byName = sagas.map(({ name }) => {
    const versions = sagas.filter((saga) => saga.name === name);
    const steps = versions.flatMap((saga) => Object.keys(saga.steps));
    return [name, Object.fromEntries(steps.map((step) => [step, adapters[step]]))];
  });
  return Object.fromEntries(byName) as Record<string, object>;
}

/** A host in virtual time, which passes by leaps; in between, the process goes on at its own pace. */
export function hostWith(followUp: boolean): CreateHost {
  return async ({ sagas, adapters, publishes, held }): Promise<ConformanceHost> => {
    const { url } = await freshDatabase();
    const time = new TestClock('2030-01-01T00:00:00Z');
    const clock = new LeapClock(time);
    const pool = testPool(url);
    const published: PublishedEvent[] = [];
    const open = async () => {
      const opened = openRunner({ pool, sagas, followUp, clock, adapters: adaptersOf(sagas, adapters) });
      for (const type of publishes)
        await opened.on(type, { name: 'suite' }, (event) => published.push(event));
      await opened.work();
      return opened;
    };
    let runner = await open();

    const settle = () =>
      eventually(async () => {
        const { rows } = await pool.query(UNFINISHED);
        const { leased, ...others } = rows[0];
        if (others.due + others.messages > 0)
          await pool.query(`select pg_notify('countermand.countermand', '[]')`);
        expect(others).toEqual({ sent: 0, due: 0, messages: 0 });
        expect(leased).toBeLessThanOrEqual(held());
      });
    const moveTo = async (at: number) => {
      while (time.now() < at) {
        // A worker that holds leases mustn't be away for longer than they last.
        const { rows } = await pool.query(UNFINISHED);
        await clock.leap(rows[0].leased > 0 ? Math.min(1_000, at - time.now()) : at - time.now());
        await pool.query(RENEW);
        await settle();
      }
    };
    return {
      get runner() {
        return runner;
      },
      settle,
      async crash() {
        await runner.stop({ graceMs: 0 });
        await pool.query(LAPSE);
        runner = await open();
        await pool.query(`select pg_notify('countermand.countermand', '[]')`);
        await settle();
        return 0;
      },
      async advance(ms) {
        const until = time.now() + ms;
        for (;;) {
          const { rows } = await pool.query(NEXT_DUE);
          const at: number | null = rows[0].at;
          if (at === null || at > until) break;
          await moveTo(at);
        }
        await moveTo(until);
      },
      published: (id) =>
        Promise.resolve(
          published
            .filter(({ sagaId }) => sagaId === id)
            .map(({ sequence, type, payload }) => ({ sequence, event: { ...payload, type } })),
        ),
      close: () => runner.stop({ graceMs: 100 }),
    };
  };
}
