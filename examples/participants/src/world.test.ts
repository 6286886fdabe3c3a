import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readJournal } from './journal/journal-file.ts';
import { openWorld } from './testing/open-world.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';

const p1 = { order_id: 'o1', payment: 'p1' };
const amount = { amount: 500, currency: 'EUR' };
const items = [{ sku: 'limited-edition', quantity: 1 }];

async function newPath(): Promise<string> {
  return join(await temporaryDirectory(), 'journal.jsonl');
}

async function countLines(path: string): Promise<number> {
  return (await readJournal(path, () => undefined)).lines;
}

describe('a command', () => {
  it('has one effect and one answer for 50 equal requests at once, slow ones too', async () => {
    const path = await newPath();
    const { world, send } = await openWorld(path);
    await send('/payments/authorize', 'a', { ...p1, amount, token: 'tok_slow' });
    for (const [route, body] of [
      ['/inventory/reserve', { order_id: 'o1', items }],
      ['/payments/capture', { ...p1, amount }],
    ] as const) {
      const before = await countLines(path);
      const outcomes = await Promise.all(Array.from({ length: 50 }, () => send(route, route, body)));
      const answers = outcomes.map((one) => one.kind === 'answered' && one.answer);
      expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(outcomes.filter((one) => one.kind === 'answered' && !one.replayed)).toHaveLength(1);
      expect(await countLines(path)).toBe(before + 1);
      expect(world.books.effects.get(route)).toMatchObject({ status: 200, count: 1 });
    }
  });

  it('sells 10 units to 200 buyers at once, and not one more', async () => {
    const { world, send } = await openWorld(await newPath());
    const buyers = Array.from({ length: 200 }, (_, n) => `o${n}`);
    const outcomes = await Promise.all(
      buyers.map((order_id) => send('/inventory/reserve', order_id, { order_id, items })),
    );
    const statuses = outcomes.map((one) => one.kind === 'answered' && one.status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    expect(statuses.filter((status) => status === 409)).toHaveLength(190);
    expect(world.books.inventory.stock.get('limited-edition')).toMatchObject({ available: 0, reserved: 10 });
  });

  it('is refused under a key that another body or another route has used', async () => {
    const { send } = await openWorld(await newPath());
    await send('/inventory/reserve', 'k', { order_id: 'o1', items });
    expect(await send('/inventory/reserve', 'k', { order_id: 'o2', items })).toEqual({ kind: 'key_reused' });
    expect(await send('/inventory/release', 'k', { order_id: 'o1' })).toEqual({ kind: 'key_reused' });
  });

  it('is refused under a key whose first request is still being decided on with another body', async () => {
    const { send } = await openWorld(await newPath());
    await send('/payments/authorize', 'a', { ...p1, amount, token: 'tok_slow' });
    const first = send('/payments/capture', 'k', { ...p1, amount });
    const other = { ...p1, amount: { ...amount, amount: 499 } };
    expect(await send('/payments/capture', 'k', other)).toEqual({ kind: 'key_reused' });
    expect(await first).toMatchObject({ status: 200 });
  });

  it('is remembered with its answer after a restart, a refusal too', async () => {
    const path = await newPath();
    const before = await openWorld(path);
    const good = await before.send('/inventory/reserve', 'good', { order_id: 'o1', items });
    const items11 = [{ sku: 'limited-edition', quantity: 11 }];
    const bad = await before.send('/inventory/reserve', 'bad', { order_id: 'o2', items: items11 });
    await before.world.restock('limited-edition', 100);
    await before.close();

    const after = await openWorld(path);
    expect(await after.send('/inventory/reserve', 'good', { order_id: 'o1', items })).toEqual({
      ...good,
      replayed: true,
    });
    expect(await after.send('/inventory/reserve', 'bad', { order_id: 'o2', items: items11 })).toEqual({
      ...bad,
      replayed: true,
    });
    expect(after.world.books).toEqual(before.world.books);
  });

  it('that voids a payment during its slow capture wins: the capture is refused', async () => {
    const { send } = await openWorld(await newPath());
    await send('/payments/authorize', 'a', { ...p1, amount, token: 'tok_slow' });
    const capture = send('/payments/capture', 'c', { ...p1, amount });
    expect(await send('/payments/void', 'v', p1)).toMatchObject({ answer: { status: 'voided' } });
    expect(await capture).toMatchObject({ status: 409, answer: { code: 'VOIDED' } });
  });

  it('answers tok_lost only when the delay has passed, also after a restart', async () => {
    const path = await newPath();
    let now = Date.parse('2026-01-01T00:00:00Z');
    const clock = { now: () => now };
    const before = await openWorld(path, clock);
    await before.send('/payments/authorize', 'a', { ...p1, amount, token: 'tok_lost' });
    expect(await before.send('/payments/capture', 'c', { ...p1, amount })).toEqual({ kind: 'lost' });
    expect(await before.world.lookUp('c')).toMatchObject({ answer: { status: 'captured' } });
    await before.close();
    const after = await openWorld(path, clock);
    now += 19_999;
    expect(await after.send('/payments/capture', 'c', { ...p1, amount })).toEqual({ kind: 'lost' });
    now += 1;
    expect(await after.send('/payments/capture', 'c', { ...p1, amount })).toMatchObject({
      status: 200,
      answer: { status: 'captured' },
    });
  });
});

describe('a look-up by key', () => {
  it('waits for a decision under way, so that its no can be believed', async () => {
    const { world, send } = await openWorld(await newPath());
    await send('/payments/authorize', 'a', { ...p1, amount, token: 'tok_slow' });
    const capture = send('/payments/capture', 'c', { ...p1, amount });
    expect(await world.lookUp('c')).toMatchObject({ status: 200 });
    expect(await world.lookUp('d')).toBeUndefined();
    await capture;
  });
});

describe('planned work and webhooks', () => {
  it('survive a restart until they are done, and are done once', async () => {
    const path = await newPath();
    const before = await openWorld(path);
    await before.send('/payments/authorize', 'a', { ...p1, amount, token: 'tok_late' });
    await before.send('/payments/capture', 'c', { ...p1, amount });
    const [taskId] = before.tasks.keys();
    if (!taskId) throw new Error('no task was planned');
    await before.close();

    const after = await openWorld(path);
    expect(after.tasks).toEqual(before.tasks);
    after.world.runTask(taskId);
    after.world.runTask(taskId);
    expect(after.webhooks).toMatchObject([{ webhook: { type: 'payment.succeeded' } }]);
    await after.close();

    const last = await openWorld(path);
    expect(last.tasks.size).toBe(0);
    expect(last.webhooks).toEqual(after.webhooks);
    last.world.webhookDelivered(last.webhooks[0]?.webhook_id ?? '', 1);
    await last.close();
    expect((await openWorld(path)).webhooks).toEqual([]);
  });

  it('pack and scan an order by themselves', async () => {
    const { world, send, tasks, webhooks } = await openWorld(await newPath());
    const o1 = { order_id: 'o1' };
    await send('/warehouse/pick-lists', 'p', { ...o1, items });
    await send('/fulfilment/shipments', 's', o1);
    await send('/fulfilment/labels', 'l', { ...o1, shipment_id: world.books.fulfilment.shipments.get('o1') });
    for (const taskId of tasks.keys()) world.runTask(taskId);
    expect(webhooks.map(({ webhook }) => webhook)).toEqual([
      { type: 'warehouse.packed', data: { ...o1, parcel_id: world.books.delivery.parcels.get('o1') } },
      { type: 'carrier.scanned', data: { ...o1, tracking: world.books.delivery.scanned.get('o1') } },
    ]);
  });

  it('leave alone what somebody packed and scanned by hand before', async () => {
    const { world, send, trigger, tasks, webhooks } = await openWorld(await newPath());
    const o1 = { order_id: 'o1' };
    await send('/warehouse/pick-lists', 'p', { ...o1, items });
    await send('/fulfilment/shipments', 's', o1);
    await send('/fulfilment/labels', 'l', { ...o1, shipment_id: world.books.fulfilment.shipments.get('o1') });
    await trigger('/warehouse/pack', o1);
    await trigger('/carrier/scan', o1);
    expect(tasks.size).toBe(2);
    for (const taskId of tasks.keys()) world.runTask(taskId);
    expect(webhooks).toHaveLength(2);
    expect(world.books.tasks.size).toBe(0);
  });
});
