import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Desk } from '../testing/desk.ts';
import { supply } from './inventory.ts';

const reserve = (order_id: string, ...items: [string, number][]) =>
  ['/inventory/reserve', { order_id, items: items.map(([sku, quantity]) => ({ sku, quantity })) }] as const;
const release = (order_id: string) => ['/inventory/release', { order_id }] as const;
const commit = (order_id: string) => ['/inventory/commit', { order_id }] as const;
const refusal = (code: string) => ({ status: 409, answer: { code } });

describe('inventory', () => {
  it('moves units from available to reserved to sold', () => {
    const desk = new Desk();
    expect(desk.send(...reserve('o1', ['limited-edition', 3]))).toMatchObject({
      status: 200,
      answer: { reservation_id: 'res_1' },
    });
    const levels = () => desk.books.inventory.stock.get('limited-edition');
    expect(levels()).toEqual({ initial: 10, available: 7, reserved: 3, sold: 0 });
    expect(desk.send(...commit('o1')).answer).toEqual({ status: 'committed' });
    expect(levels()).toEqual({ initial: 10, available: 7, reserved: 0, sold: 3 });
  });

  it('reserves all items or none, and says which one is short', () => {
    const desk = new Desk();
    const decision = desk.send(...reserve('o1', ['iphone-15', 1], ['limited-edition', 11]));
    expect(decision).toMatchObject({
      status: 409,
      answer: { code: 'OUT_OF_STOCK', details: { sku: 'limited-edition', available: 10 } },
      changes: [],
    });
    expect(desk.books.inventory.stock.get('iphone-15')?.available).toBe(1_000);
  });

  it('adds up the lines of one order that name the same SKU', () => {
    const desk = new Desk();
    expect(desk.send(...reserve('o1', ['limited-edition', 6], ['limited-edition', 6]))).toMatchObject(
      refusal('OUT_OF_STOCK'),
    );
    desk.send(...reserve('o1', ['limited-edition', 4], ['limited-edition', 6]));
    expect(desk.books.inventory.stock.get('limited-edition')).toMatchObject({ available: 0, reserved: 10 });
  });

  it('refuses a SKU that it does not know', () => {
    expect(new Desk().send(...reserve('o1', ['constructor', 1]))).toMatchObject({
      status: 409,
      answer: { code: 'UNKNOWN_SKU', details: { sku: 'constructor' } },
    });
  });

  it('gives units back on release, once', () => {
    const desk = new Desk();
    desk.send(...reserve('o1', ['limited-edition', 3], ['iphone-15', 2]));
    expect(desk.send(...release('o1')).answer).toEqual({ status: 'released' });
    expect(desk.send(...release('o1'))).toMatchObject({ answer: { status: 'released' }, changes: [] });
    expect(desk.books.inventory.stock.get('limited-edition')).toMatchObject({ available: 10, reserved: 0 });
    expect(desk.books.inventory.stock.get('iphone-15')).toMatchObject({ available: 1_000, reserved: 0 });
  });

  it('refuses to reserve an order whose release came first', () => {
    const desk = new Desk();
    expect(desk.send(...release('o1')).answer).toEqual({ status: 'not_found' });
    expect(desk.send(...release('o1'))).toMatchObject({ answer: { status: 'not_found' }, changes: [] });
    expect(desk.send(...reserve('o1', ['iphone-15', 1]))).toMatchObject(refusal('RELEASED'));
    expect(desk.books.inventory.stock.get('iphone-15')?.available).toBe(1_000);
  });

  it('refuses to reserve an order again after its release, and twice in a row', () => {
    const desk = new Desk();
    desk.send(...reserve('o1', ['iphone-15', 1]));
    expect(desk.send(...reserve('o1', ['iphone-15', 1]))).toMatchObject(refusal('ALREADY_RESERVED'));
    desk.send(...release('o1'));
    expect(desk.send(...reserve('o1', ['iphone-15', 1]))).toMatchObject(refusal('RELEASED'));
  });

  it('sells nothing that is not reserved, and takes nothing back that is sold', () => {
    const desk = new Desk();
    expect(desk.send(...commit('o1'))).toMatchObject(refusal('NOT_RESERVED'));
    desk.send(...reserve('o1', ['iphone-15', 1]));
    desk.send(...commit('o1'));
    expect(desk.send(...commit('o1'))).toMatchObject({ answer: { status: 'committed' }, changes: [] });
    expect(desk.send(...release('o1'))).toMatchObject(refusal('ALREADY_COMMITTED'));
    expect(desk.books.inventory.stock.get('iphone-15')).toMatchObject({ available: 999, sold: 1 });
  });

  it('restocks on both sides', () => {
    const desk = new Desk();
    desk.send(...reserve('o1', ['limited-edition', 4]));
    desk.post(supply(desk.books.inventory, 'limited-edition', 2));
    expect(desk.books.inventory.stock.get('limited-edition')).toEqual({
      initial: 6,
      available: 2,
      reserved: 4,
      sold: 0,
    });
  });

  it('finds a move that does not balance, once, at the line where it began', () => {
    const desk = new Desk();
    const move = { kind: 'stock.moved', order_id: 'o1', sku: 'iphone-15', sold: 0 } as const;
    desk.post([{ ...move, available: -1, reserved: 2 }]);
    desk.post([{ ...move, available: -1, reserved: 1 }]);
    const { violations } = desk.books.inventory;
    expect(violations).toMatchObject([{ line: 2, sku: 'iphone-15', order_id: 'o1' }]);
    desk.post([{ ...move, available: 0, reserved: -1 }]);
    desk.post([{ ...move, available: 0, reserved: -3 }]);
    const ofOrder = { detail: 'reserved -1, sold 0 for the order' };
    expect(violations).toMatchObject([{ line: 2 }, { line: 5 }, { line: 5, ...ofOrder }]);
  });

  it('never oversells, whatever is asked in whatever order', () => {
    const order = fc.constantFrom('o1', 'o2', 'o3');
    const quantity = fc.integer({ min: 1, max: 8 });
    const command = fc.oneof(
      fc.tuple(order, quantity).map(([id, units]) => reserve(id, ['limited-edition', units])),
      order.map(release),
      order.map(commit),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 30 }), (commands) => {
        const desk = new Desk();
        for (const [path, body] of commands) desk.send(path, body);
        expect(desk.books.inventory.violations).toEqual([]);
      }),
    );
  });
});
