import type { AuditedOrder, BooksAnswer } from '@countermand-examples/participants/contract';
import type { AuditCase } from './audit-case.ts';
import type { Violation } from './violation.ts';

/**
 * Stock: S1 at every instant available, reserved and sold add up to what was there, none negative; S2 an order at
 * rest holds nothing, and what is reserved and sold belongs to orders.
 */
export function checkStock(cases: readonly AuditCase[], books: BooksAnswer): Violation[] {
  return [
    ...checkLevels(books),
    ...checkOwners(books),
    ...cases.filter(({ isQuiet, sagaStatus }) => isQuiet && sagaStatus === 'rest').flatMap(checkAtRest),
  ];
}

function checkLevels({ stock, stockViolations }: BooksAnswer): Violation[] {
  const now = Object.entries(stock).flatMap(([sku, { initial, available, reserved, sold }]) => {
    const levels = `${available} available, ${reserved} reserved, ${sold} sold of ${initial}`;
    const isSound = available + reserved + sold === initial && Math.min(available, reserved, sold) >= 0;
    return isSound ? [] : { invariant: 'S1', detail: `${sku}: ${levels}` };
  });
  const before = stockViolations.map(({ line, sku, order_id, detail }) => ({
    invariant: 'S1',
    ...(order_id !== undefined && { order_id }),
    detail: `journal line ${line}${sku === undefined ? '' : `, ${sku}`}: ${detail}`,
  }));
  return [...now, ...before];
}

/** Units by SKU over all orders, against the SKU's own count. */
function checkOwners({ stock, orders }: BooksAnswer): Violation[] {
  return Object.entries(stock).flatMap(([sku, levels]) => {
    const of = (kind: 'reserved' | 'sold') =>
      Object.values(orders).reduce((all, order) => all + (order.stock[sku]?.[kind] ?? 0), 0);
    return (['reserved', 'sold'] as const).flatMap((kind) =>
      of(kind) === levels[kind]
        ? []
        : { invariant: 'S2', detail: `${sku}: ${levels[kind]} ${kind}, orders have ${of(kind)}` },
    );
  });
}

function checkAtRest({ id, status, items, book }: AuditCase): Violation[] {
  const units = new Map(items.map(({ sku, quantity }) => [sku, quantity]));
  const skus = new Set([...units.keys(), ...Object.keys(book?.stock ?? {})]);
  return [...skus].flatMap((sku) => {
    const { reserved, sold } = levelsOf(book, sku);
    const mustBeSold = status === 'IN_TRANSIT' ? (units.get(sku) ?? 0) : 0;
    return [
      reserved === 0
        ? []
        : [{ invariant: 'S2', order_id: id, detail: `${sku}: holds ${reserved} at rest in ${status}` }],
      sold === mustBeSold
        ? []
        : [
            {
              invariant: 'S2',
              order_id: id,
              detail: `${sku}: ${sold} sold in ${status}, ${mustBeSold} expected`,
            },
          ],
    ].flat();
  });
}

function levelsOf(book: AuditedOrder | undefined, sku: string): { reserved: number; sold: number } {
  return book?.stock[sku] ?? { reserved: 0, sold: 0 };
}
