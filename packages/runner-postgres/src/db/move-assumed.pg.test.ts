import type { Envelope } from '@countermand/saga-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { AssumedClaims } from '../ports/claims.js';
import { systemClock } from '../ports/clock.js';
import { silentLogger } from '../ports/logger.js';
import { rowId } from '../ports/row-id.js';
import type { StoredSaga } from '../ports/saga-rows.js';
import type { SagaWrite } from '../ports/saga-write.js';
import type { MoveWrites } from '../ports/store.js';
import { PgBossQueue } from '../queue/pg-boss-queue.js';
import { freshDatabase, testPool } from '../test-support/migrated-database.js';
import { Database } from './database.js';
import { openPool } from './open-pool.js';
import { postgresStore } from './postgres-store.js';
import { schemaNames } from './schema-name.js';

const NONCE = '00000000-0000-4000-8000-000000000001';
const LEASE = '00000000-0000-4000-8000-000000000002';

describe('a batch that is decided from memory', () => {
  it('is committed where everything is as it was', async () => {
    const { move, stored } = await withSaga();
    expect(await move()).toMatchObject({ result: 'decided' });
    expect(await stored()).toEqual({ revision: 2, status: 'settled' });
  });

  it('forgets the rows that have nothing more to tell', async () => {
    const { move, pool } = await withSaga();
    expect(await move(0, [{ sagaId: 's-0', key: 'work:1' }])).toMatchObject({ result: 'decided' });
    expect((await pool.query('select from countermand.outbox')).rowCount).toBe(0);
  });

  it.each([
    ['has moved meanwhile', `update countermand.saga set revision = 7`],
    ['has lost its lease', `update countermand.outbox set lease = gen_random_uuid()`],
    ['has been handed on', `update countermand.outbox set status = 'pending'`],
    ['is gone', `delete from countermand.saga`],
  ])('is not committed where its saga or step %s', async (_what, change) => {
    const { move, stored, pool } = await withSaga();
    await pool.query(change);
    const before = await stored();
    expect(await move()).toBeUndefined();
    expect(await move(0, [{ sagaId: 's-0', key: 'work:1' }])).toBeUndefined();
    expect(await stored()).toEqual(before);
  });

  it('is not committed by a clock that is not the one of the database', async () => {
    const { move, stored } = await withSaga();
    expect(await move(-5_000)).toBeUndefined();
    expect(await move(5_000)).toBeUndefined();
    expect(await stored()).toEqual({ revision: 1, status: 'leased' });
  });

  it('does not wait for a saga that somebody keeps locked', async () => {
    const { move, stored, pool } = await withSaga();
    const holder = await pool.connect();
    await holder.query('begin; select from countermand.saga for update');
    expect(await move()).toBeUndefined();
    await holder.query('rollback');
    holder.release();
    expect(await stored()).toEqual({ revision: 1, status: 'leased' });
  });

  it('starts no saga for which a message has come, or whose id somebody is about to take', async () => {
    const { start, pool } = await withSaga();
    await pool.query(
      `insert into countermand.inbox (saga_id, message_id, status, actor, nonce, received_at)
       values ('early', 'm-1', 'early', 'bank', '${NONCE}', now())`,
    );
    expect(await start('early')).toBeUndefined();
    const holder = await pool.connect();
    await holder.query(
      `begin; select pg_advisory_xact_lock(hashtextextended('countermand:saga:reserved', 0))`,
    );
    expect(await start('reserved')).toBeUndefined();
    await holder.query('rollback');
    holder.release();
    expect(await start('s-0')).toBeUndefined();
    expect(await start('reserved')).toMatchObject({ result: 'decided' });
  });

  it('asks first what the order of published events depends on, and gives up where one is under way', async () => {
    const { store, assumed, pool } = await withSaga();
    const order = { types: ['SOLD'], sagaIds: ['s-0'], settled: [] };
    const asking = async () =>
      await store.moveAssumed(await assumed(), async (tx) => [
        ...(await tx.publishOrder(order)).subscriptions,
      ]);
    expect(await asking()).toMatchObject({ result: [] });
    await pool.query(
      `insert into countermand.outbox (saga_id, key, kind, status, id, visit, created_at)
       values ('s-0', 'publish:1:mail', 'publish', 'leased', 'mail', 1, now())`,
    );
    await pool.query(`update countermand.outbox set status = 'leased' where kind = 'step'`);
    expect(await asking()).toBeUndefined();
  });
});

/** A saga whose step is under way, in the store and in memory. */
async function withSaga() {
  const { url } = await freshDatabase();
  const pool = testPool(url);
  const own = openPool(url, 2);
  onTestFinished(() => own.end());
  const database = new Database(own, schemaNames('countermand'), () => undefined);
  const queue = new PgBossQueue({ database, clock: systemClock, logger: silentLogger });
  const store = postgresStore(database, queue);
  await pool.query(
    `insert into countermand.saga (id, saga, version, fingerprint, start_nonce, input_hash, created_at, attributes,
       status, settled, state, revision, updated_at, envelope)
     values ('s-0', 'job', 1, 'f', '${NONCE}', 'h', now(), '{}', 'running', false, '"A"', 1, now(), '{}')`,
  );
  await pool.query(
    `insert into countermand.outbox (saga_id, key, kind, status, id, visit, step, role, queue, attempt, lease, created_at)
     values ('s-0', 'work:1', 'step', 'leased', 'work', 1, 'work', 'invoke', 'job.work', 1, '${LEASE}', now())`,
  );
  const now = async () => {
    const { rows } = await pool.query<{ now: number }>(
      'select countermand.ms(countermand.saga_now()) as now',
    );
    return rows[0]?.now ?? 0;
  };
  const assumed = async (offMs = 0): Promise<AssumedClaims> => {
    const row = { sagaId: 's-0', key: 'work:1', lease: LEASE };
    const claim = {
      ...row,
      from: ['leased'],
      overdue: false,
      to: 'settled',
      result: { kind: 'done', output: 1 },
    };
    const held = { ...row, id: 'work', visit: 1, status: 'settled', attempt: 1, traceparent: null };
    const nothing = {
      busy: new Set<string>(),
      inbox: new Map(),
      refused: new Map(),
      leftToOthers: new Set<string>(),
    };
    return {
      request: { ...NO_REQUEST, sagaIds: ['s-0'], outbox: [claim] } as AssumedClaims['request'],
      claims: {
        ...nothing,
        now: (await now()) + offMs,
        sagas: new Map([['s-0', saga('s-0')]]),
        claimed: new Map([[rowId('s-0', 'work:1'), held]]),
      } as AssumedClaims['claims'],
    };
  };
  const move = async (offMs = 0, forgotten: MoveWrites['forgotten'] = []) =>
    await store.moveAssumed(await assumed(offMs), async (tx) => {
      await tx.save({ ...NO_WRITES, sagas: [write('s-0', 2)], forgotten });
      return 'decided';
    });
  const start = async (id: string) => {
    const { claims } = await assumed();
    const request = { ...NO_REQUEST, sagaIds: [id], startIds: [id] };
    const none = { ...claims, sagas: new Map(), claimed: new Map() };
    return await store.moveAssumed({ request, claims: none }, async (tx) => {
      const begun = { ...write(id, 1), start: { nonce: NONCE, inputHash: 'h' } };
      await tx.save({ ...NO_WRITES, newSagas: [begun] });
      return 'decided';
    });
  };
  const stored = async () => {
    const { rows } = await pool.query(
      `select s.revision, o.status from countermand.outbox o left join countermand.saga s on s.id = o.saga_id`,
    );
    return rows[0] as unknown;
  };
  return { store, pool, assumed, move, start, stored };
}

const NO_REQUEST: AssumedClaims['request'] = {
  ...{ sagaIds: [], remembered: new Map(), startIds: [], messages: [], outbox: [], known: [] },
};
const NO_WRITES: MoveWrites = {
  ...{ newSagas: [], sagas: [], history: [], received: [], decided: [] },
  ...{ added: [], changed: [], forgotten: [], deliveries: [], notices: [] },
};

function saga(id: string): StoredSaga {
  const own = {
    id,
    saga: 'job',
    version: 1,
    status: 'running',
    revision: 1,
    attributes: {},
    error: null,
  } as const;
  const times = { createdAt: 0, updatedAt: 0 };
  return { ...own, ...times, envelope: {} as Envelope, startNonce: NONCE, inputHash: 'h' };
}

function write(id: string, revision: number): SagaWrite {
  const own = { id, saga: 'job', version: 1, fingerprint: 'f', status: 'running', settled: false } as const;
  const rest = { attributes: {}, state: 'B', error: null, envelope: {} as Envelope, envelopeText: '{}' };
  return { ...own, ...rest, revision };
}
