import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { auditJournal } from './audit.ts';
import { openWorld } from './testing/open-world.ts';
import { temporaryDirectory } from './testing/temporary-directory.ts';
import { viewLedger, viewNotifications, viewStock } from './views.ts';

const p1 = { order_id: 'o1', payment: 'p1' };
const amount = { amount: 500, currency: 'EUR' };

/** A journal in which o1 was sold and shipped and `__proto__` was refunded. */
async function writeJournal() {
  const path = join(await temporaryDirectory(), 'journal.jsonl');
  const { world, send, close } = await openWorld(path);
  const items = [{ sku: 'iphone-15', quantity: 2 }];
  await send('/inventory/reserve', 'reserve', { order_id: 'o1', items });
  await send('/payments/authorize', 'authorize', { ...p1, amount, token: 'tok_ok' });
  await send('/payments/capture', 'capture', { ...p1, amount });
  await send('/inventory/commit', 'commit', { order_id: 'o1' });
  await send('/notifications', 'notify', { order_id: 'o1', kind: 'on_its_way' });

  const other = { order_id: '__proto__', payment: 'p1' };
  await send('/inventory/reserve', 'reserve 2', { order_id: '__proto__', items });
  await send('/payments/authorize', 'authorize 2', { ...other, amount, token: 'tok_ok' });
  await send('/payments/capture', 'capture 2', { ...other, amount });
  await send('/payments/refund', 'refund 2', other);
  await send('/inventory/release', 'release 2', { order_id: '__proto__' });
  await send('/promotions/apply', 'coupon 2', { order_id: '__proto__', code: 'WELCOME10', total: amount });
  await send('/inventory/reserve', 'refused', { order_id: 'o1', items });
  await close();

  /** Rewrites the line that belongs to a key and audits. */
  const tamper = async (key: string, change: (line: string) => string) => {
    const lines = (await readFile(path, 'utf8')).split('\n');
    const tampered = lines.flatMap((line) => (line.includes(`"key":"${key}"`) ? change(line) || [] : line));
    expect(tampered).not.toEqual(lines);
    await writeFile(path, tampered.join('\n'));
    return auditJournal(path);
  };
  return { path, world, tamper };
}

describe('an audit', () => {
  it('finds the same in the file as the process has in memory', async () => {
    const { path, world } = await writeJournal();
    const books = await auditJournal(path);
    const settled = { authorized: 0, captured: 500, captures: 1 };
    expect(books.orders['o1']).toMatchObject({
      ...settled,
      refunded: 0,
      refunds: 0,
      payments: [{ payment: 'p1', status: 'captured', amount: 500, ...settled, capture_due: false }],
      stock: { 'iphone-15': { reserved: 0, released: 0, sold: 2 } },
      coupons: [],
    });
    expect(Object.entries(books.orders).find(([id]) => id === '__proto__')?.[1]).toMatchObject({
      ...settled,
      refunded: 500,
      refunds: 1,
      stock: { 'iphone-15': { reserved: 0, released: 2, sold: 0 } },
      coupons: ['WELCOME10'],
    });
    expect(books.stock['iphone-15']).toEqual({ initial: 1_000, available: 998, reserved: 0, sold: 2 });
    expect(books).toMatchObject({
      stock: viewStock(world.books),
      notifications: viewNotifications(world.books),
      webhooks: { queued: 2, delivered: 0, waiting: 2 },
      stockViolations: [],
      paymentViolations: [],
      flaws: [],
    });
    expect(Object.keys(viewLedger(world.books).orders)).toEqual(['o1', '__proto__']);
    expect(books.effects['capture']).toMatchObject({ path: '/payments/capture', order_id: 'o1', count: 1 });
    expect(books.effects['refused']).toMatchObject({ outcome: 'declined', count: 1 });
  });

  it('sees a captured amount that was changed', async () => {
    const { tamper } = await writeJournal();
    const books = await tamper('capture', (line) => line.replaceAll('"amount":500', '"amount":900'));
    expect(books.orders['o1']).toMatchObject({ captured: 900 });
    expect(books.paymentViolations).toMatchObject([{ order_id: 'o1' }]);
    expect(books.flaws).toMatchObject([{ problem: 'edited' }]);
  });

  it('sees a capture that was taken away', async () => {
    const { tamper } = await writeJournal();
    const books = await tamper('capture', () => '');
    expect(books.orders['o1']).toMatchObject({ authorized: 500, captured: 0, captures: 0 });
    expect(books.effects).not.toHaveProperty('capture');
    expect(books.flaws).toMatchObject([{ problem: 'sequence' }]);
  });

  it('sees a capture under a refund that was taken away', async () => {
    const { tamper } = await writeJournal();
    const books = await tamper('capture 2', () => '');
    expect(books.paymentViolations).toMatchObject([{ order_id: '__proto__' }]);
  });

  it('sees an effect that stands twice', async () => {
    const { tamper } = await writeJournal();
    const books = await tamper('capture', (line) => `${line}\n${line}`);
    expect(books.effects['capture']).toMatchObject({ count: 2 });
    expect(books.orders['o1']).toMatchObject({ captured: 1_000, captures: 2 });
    expect(books.paymentViolations).toMatchObject([{ order_id: 'o1' }]);
  });

  it('sees stock that was moved on one side only', async () => {
    const { tamper } = await writeJournal();
    const books = await tamper('reserve', (line) => line.replace('"reserved":2', '"reserved":3'));
    expect(books.stockViolations).toMatchObject([{ line: 2, sku: 'iphone-15', order_id: 'o1' }]);
    expect(books.orders['o1']?.stock['iphone-15']).toEqual({ reserved: 1, released: 0, sold: 2 });
  });

  it.each([
    ['reserve', 'o1'],
    ['reserve 2', '__proto__'],
  ])('sees that a reservation (%s) was taken away', async (key, order_id) => {
    const { tamper } = await writeJournal();
    const books = await tamper(key, () => '');
    expect(books.stockViolations).toContainEqual(expect.objectContaining({ sku: 'iphone-15', order_id }));
  });

  it('sees a release that was taken away, as a reservation that is left', async () => {
    const { tamper } = await writeJournal();
    const books = await tamper('release 2', () => '');
    expect(Object.entries(books.orders).find(([id]) => id === '__proto__')?.[1].stock).toEqual({
      'iphone-15': { reserved: 2, released: 0, sold: 0 },
    });
  });

  it('goes on after a line that nobody can read, and names it', async () => {
    const { tamper } = await writeJournal();
    const books = await tamper('notify', (line) => line.slice(9));
    expect(books.flaws).toMatchObject([
      { line: 6, problem: 'unreadable' },
      { line: 7, problem: 'sequence' },
    ]);
    expect(books.notifications).toEqual({});
    expect(books.orders['o1']).toMatchObject({ captured: 500 });
  });
});
