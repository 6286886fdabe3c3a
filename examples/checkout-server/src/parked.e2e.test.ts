import type { SagaView } from '@countermand/saga-core';
import pg from 'pg';
import { expect, it } from 'vitest';
import { useServer } from './testing/use-server.ts';

const server = useServer({ AUTO_FULFILMENT: 'false' });

/** Makes a participant's own books disagree, so that an undo can't succeed: its stock is sold behind our back. */
async function sellBehindOurBack(orderId: string): Promise<void> {
  const response = await fetch(`${server().participantsUrl}/inventory/commit`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': `behind-our-back-${orderId}` },
    body: JSON.stringify({ order_id: orderId }),
  });
  expect(response.status).toBe(200);
}

/** An undo that is refused is tried for an hour; this lets the time pass for its row. */
async function letDeadlinePass(orderId: string): Promise<void> {
  const db = new pg.Client({ connectionString: server().env['DATABASE_URL'] });
  await db.connect();
  await db.query(
    `update countermand.outbox set deadline_at = now() - interval '1 second'
     where saga_id = $1 and step = 'releaseStock' and status <> 'settled'`,
    [orderId],
  );
  await db.end();
}

it('an undo that cannot succeed parks its saga, visibly; an administrator retries it, then gives it up', async () => {
  const { place, reaches, post, get, eventually } = server();
  const id = await place('phone-case');
  await reaches(id, 'RESERVED');
  await sellBehindOurBack(id);
  expect(await post(`/api/orders/${id}/cancel`)).toMatchObject({
    status: 202,
    body: { status: 'CANCELLED' },
  });

  const parked = async () => {
    await letDeadlinePass(id);
    const { body } = await get(`/api/sagas/${id}`, 'demo-admin');
    expect(body).toMatchObject({ status: 'PARKED' satisfies Uppercase<SagaView['status']>, settled: false });
    return body;
  };
  const saga = await eventually(parked);
  expect(saga['error']).toContain('UNDO_FAILED');
  const [step] = (saga['steps'] as { id: string; status: string }[]).filter(
    ({ status }) => status === 'parked',
  );
  expect(step?.id).toMatch(/^undo:stock\.reserved:/);
  // Customers learn that something is wrong, and no more.
  expect((await get(`/api/sagas/${id}`)).body['error']).toBe('UNDO_FAILED');
  expect((await get('/api/sagas?status=PARKED', 'demo-admin')).body['items']).toMatchObject([{ id }]);

  expect(
    (await post(`/api/sagas/${id}/skip`, { step_id: 'nonsense', reason: 'x' }, 'demo-admin')).status,
  ).toBe(409);
  expect((await post(`/api/sagas/${id}/retry`, { step_id: step?.id }, 'demo-admin')).status).toBe(202);
  await eventually(parked);
  const skip = { step_id: step?.id, reason: 'counted by hand' };
  expect((await post(`/api/sagas/${id}/skip`, skip, 'demo-admin')).status).toBe(202);
  await server().settles(id, 'CANCELLED');
  const events = (await server().history(id)).map(({ event, actor }) => `${event} ${actor}`);
  expect(events).toEqual(expect.arrayContaining(['retry admin', 'skip admin']));
});
