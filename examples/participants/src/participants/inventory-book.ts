import type { StockLevels, Violation } from '../contract/audit-answers.ts';
import type { Change } from '../journal/change.ts';

interface OrderStock {
  reserved: number;
  released: number;
  sold: number;
}

interface Reservation {
  status: 'none' | 'reserved' | 'released' | 'sold' | 'barred';
  reservationId: string | undefined;
  bySku: Map<string, OrderStock>;
}

/** Stock by SKU and reservations by order, folded from the journal. */
export interface InventoryBook {
  stock: Map<string, StockLevels>;
  reservations: Map<string, Reservation>;
  violations: Violation[];
  /** What is wrong at this moment; each spell of it is one violation. */
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
      judgeLevels(book, change.sku, levels, stamp);
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
  const { order_id: orderId, sku } = change;
  const levels = levelsOf(book, sku);
  levels.available += change.available;
  levels.reserved += change.reserved;
  levels.sold += change.sold;
  judgeLevels(book, sku, levels, stamp, orderId);

  const { bySku } = reservationOf(book, orderId);
  const own = bySku.get(sku) ?? { reserved: 0, released: 0, sold: 0 };
  own.reserved += change.reserved;
  own.released += Math.max(0, change.available);
  own.sold += change.sold;
  bySku.set(sku, own);
  // What others have reserved can hide in the levels that this order gave back more than it had.
  const detail = `reserved ${own.reserved}, sold ${own.sold} for the order`;
  judge(book, own.reserved >= 0 && own.sold >= 0, { ...stamp, order_id: orderId, sku, detail });
}

function judgeLevels(
  book: InventoryBook,
  sku: string,
  levels: StockLevels,
  stamp: Stamp,
  orderId?: string,
): void {
  const { initial, available, reserved, sold } = levels;
  const balanced = available + reserved + sold === initial;
  const detail = `available ${available} + reserved ${reserved} + sold ${sold}, initial ${initial}`;
  judge(
    book,
    balanced && available >= 0 && reserved >= 0 && sold >= 0,
    { ...stamp, ...(orderId !== undefined && { order_id: orderId }), sku, detail },
    sku,
  );
}

/** Keeps a violation when it begins; while it lasts it is the same one. */
function judge(
  book: InventoryBook,
  isRight: boolean,
  violation: Violation,
  subject = `${violation.sku} of ${violation.order_id}`,
): void {
  if (isRight) {
    book.wrong.delete(subject);
  } else if (!book.wrong.has(subject)) {
    book.wrong.add(subject);
    book.violations.push(violation);
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
