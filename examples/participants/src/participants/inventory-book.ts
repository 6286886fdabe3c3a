import type { StockLevels, Violation } from '../contract/audit-answers.ts';
import type { Change } from '../journal/change.ts';

export interface OrderStock {
  reserved: number;
  released: number;
  sold: number;
}

export interface Reservation {
  status: 'none' | 'reserved' | 'released' | 'sold' | 'barred';
  reservationId: string | undefined;
  bySku: Map<string, OrderStock>;
}

/** Stock by SKU and reservations by order, folded from the journal. */
export interface InventoryBook {
  stock: Map<string, StockLevels>;
  reservations: Map<string, Reservation>;
  violations: Violation[];
  /** SKUs whose levels are wrong at this moment; each spell of it is one violation. */
  wrong: Set<string>;
}

export function emptyInventory(): InventoryBook {
  return { stock: new Map(), reservations: new Map(), violations: [], wrong: new Set() };
}

export interface Stamp {
  line: number;
  at: string;
}

/** Writes one change into the book; changes of other participants pass by. */
export function postToInventory(book: InventoryBook, change: Change, stamp: Stamp): void {
  switch (change.kind) {
    case 'stock.supplied': {
      const levels = levelsOf(book, change.sku);
      levels.initial += change.initial;
      levels.available += change.available;
      judge(book, change.sku, levels, stamp);
      return;
    }
    case 'stock.moved':
      moveStock(book, change, stamp);
      return;
    case 'reservation.made': {
      const reservation = reservationOf(book, change.order_id);
      reservation.status = 'reserved';
      reservation.reservationId = change.reservation_id;
      return;
    }
    case 'reservation.ended':
      reservationOf(book, change.order_id).status = change.as;
      return;
    case 'reservation.barred':
      reservationOf(book, change.order_id).status = 'barred';
      return;
  }
}

function moveStock(
  book: InventoryBook,
  change: Extract<Change, { kind: 'stock.moved' }>,
  stamp: Stamp,
): void {
  const levels = levelsOf(book, change.sku);
  levels.available += change.available;
  levels.reserved += change.reserved;
  levels.sold += change.sold;
  judge(book, change.sku, levels, stamp, change.order_id);

  const { bySku } = reservationOf(book, change.order_id);
  const own = bySku.get(change.sku) ?? { reserved: 0, released: 0, sold: 0 };
  own.reserved += change.reserved;
  own.released += Math.max(0, change.available);
  own.sold += change.sold;
  bySku.set(change.sku, own);
}

function judge(book: InventoryBook, sku: string, levels: StockLevels, stamp: Stamp, orderId?: string): void {
  const { initial, available, reserved, sold } = levels;
  const right = available + reserved + sold === initial && available >= 0 && reserved >= 0 && sold >= 0;
  if (right) {
    book.wrong.delete(sku);
  } else if (!book.wrong.has(sku)) {
    book.wrong.add(sku);
    const detail = `available ${available} + reserved ${reserved} + sold ${sold}, initial ${initial}`;
    book.violations.push({ ...stamp, ...(orderId && { order_id: orderId }), sku, detail });
  }
}

function levelsOf(book: InventoryBook, sku: string): StockLevels {
  const known = book.stock.get(sku);
  if (known) return known;
  const levels = { initial: 0, available: 0, reserved: 0, sold: 0 };
  book.stock.set(sku, levels);
  return levels;
}

function reservationOf(book: InventoryBook, orderId: string): Reservation {
  const known = book.reservations.get(orderId);
  if (known) return known;
  const reservation: Reservation = { status: 'none', reservationId: undefined, bySku: new Map() };
  book.reservations.set(orderId, reservation);
  return reservation;
}
