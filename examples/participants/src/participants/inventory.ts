import type { ReserveStock } from '../contract/command-bodies.ts';
import type { Change } from '../journal/change.ts';
import { type Decision, done, type Moment, refused } from './decision.ts';
import type { InventoryBook } from './inventory-book.ts';

/** All items or none; an order is reserved once, and never after it was released. */
export function reserve(book: InventoryBook, body: ReserveStock, moment: Moment): Decision {
  const refusal = refuseReserve(book, body);
  if (refusal) return refusal;
  const reservation_id = moment.newId('res');
  const { order_id } = body;
  const moves: Change[] = [...unitsBySku(body.items)].map(([sku, units]) => {
    return { kind: 'stock.moved', order_id, sku, available: -units, reserved: units, sold: 0 };
  });
  return done({ reservation_id }, [{ kind: 'reservation.made', order_id, reservation_id }, ...moves]);
}

function refuseReserve(book: InventoryBook, body: ReserveStock): Decision | undefined {
  switch (book.reservations.get(body.order_id)?.status) {
    case 'reserved':
      return refused({ code: 'ALREADY_RESERVED', message: 'The order has a reservation.' });
    case 'sold':
      return refused({ code: 'ALREADY_COMMITTED', message: "The order's units are sold." });
    case 'released':
    case 'barred':
      return refused({ code: 'RELEASED', message: 'The order was released before.' });
  }
  const wanted = [...unitsBySku(body.items)];
  for (const [sku] of wanted) {
    if (book.stock.has(sku)) continue;
    return refused({ code: 'UNKNOWN_SKU', message: `There is no ${sku}.`, details: { sku } });
  }
  for (const [sku, units] of wanted) {
    const available = book.stock.get(sku)?.available ?? 0;
    if (available >= units) continue;
    const message = `${units} of ${sku} wanted, ${available} available.`;
    return refused({ code: 'OUT_OF_STOCK', message, details: { sku, available } });
  }
  return undefined;
}

/** Gives back what is reserved. Without a reservation it leaves a tombstone: none may follow. */
export function release(book: InventoryBook, body: { order_id: string }): Decision {
  const { order_id } = body;
  switch (book.reservations.get(order_id)?.status) {
    case 'sold':
      return refused({ code: 'ALREADY_COMMITTED', message: "The order's units are sold." });
    case 'reserved': {
      const ended: Change = { kind: 'reservation.ended', order_id, as: 'released' };
      const moves = moveReserved(book, order_id, (units) => ({ available: units, sold: 0 }));
      return done({ status: 'released' }, [ended, ...moves]);
    }
    case 'released':
      return done({ status: 'released' });
    case 'barred':
      return done({ status: 'not_found' });
    default:
      return done({ status: 'not_found' }, [{ kind: 'reservation.barred', order_id }]);
  }
}

/** Turns reserved into sold. */
export function commit(book: InventoryBook, body: { order_id: string }): Decision {
  const { order_id } = body;
  switch (book.reservations.get(order_id)?.status) {
    case 'sold':
      return done({ status: 'committed' });
    case 'reserved': {
      const ended: Change = { kind: 'reservation.ended', order_id, as: 'sold' };
      const moves = moveReserved(book, order_id, (units) => ({ available: 0, sold: units }));
      return done({ status: 'committed' }, [ended, ...moves]);
    }
    default:
      return refused({ code: 'NOT_RESERVED', message: 'The order has no reservation.' });
  }
}

/** Sets the units that are available; what was there at first moves with them. */
export function supply(book: InventoryBook, sku: string, available: number): Change[] {
  const units = available - (book.stock.get(sku)?.available ?? 0);
  return [{ kind: 'stock.supplied', sku, initial: units, available: units }];
}

function moveReserved(
  book: InventoryBook,
  order_id: string,
  to: (units: number) => { available: number; sold: number },
): Change[] {
  const held = [...(book.reservations.get(order_id)?.bySku ?? [])];
  return held
    .filter(([, own]) => own.reserved !== 0)
    .map(([sku, { reserved }]) => {
      return { kind: 'stock.moved', order_id, sku, reserved: -reserved, ...to(reserved) };
    });
}

function unitsBySku(items: ReserveStock['items']): Map<string, number> {
  const units = new Map<string, number>();
  for (const { sku, quantity } of items) units.set(sku, (units.get(sku) ?? 0) + quantity);
  return units;
}
