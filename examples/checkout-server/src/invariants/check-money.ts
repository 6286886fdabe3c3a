import type { OrderStatus } from '@countermand/saga-core/order';
import type { AuditedPayment, BooksAnswer } from '@countermand-examples/participants/contract';
import type { AuditCase } from './audit-case.ts';
import type { Violation } from './violation.ts';

const PAID: ReadonlySet<OrderStatus> = new Set(['PAID', 'CONFIRMED', 'SHIPPED', 'IN_TRANSIT']);
const WITHDRAWN: ReadonlySet<OrderStatus> = new Set(['FAILED', 'CANCELLED']);
/** Statuses of which we say ourselves that we don't know how the payment stands. */
const UNSETTLED: ReadonlySet<string> = new Set(['pending', 'authorized', 'unknown']);

/**
 * Money: M1 what an order has paid is its price or nothing, and never out of bounds; M2 the sums agree; M3 nothing is
 * taken or given back twice, nothing stays reserved on a card; M4 we say what the journal says, of payments and coupons.
 */
export function checkMoney(cases: readonly AuditCase[], books: BooksAnswer): Violation[] {
  return [
    ...cases.flatMap(checkAmount),
    ...checkSums(cases, books),
    ...books.paymentViolations.map(({ order_id, detail, line }) =>
      violation('M3', order_id, `journal line ${line}: ${detail}`),
    ),
    ...cases.filter(({ isQuiet }) => isQuiet).flatMap((one) => [...checkCounts(one), ...checkView(one)]),
  ];
}

function checkAmount(one: AuditCase): Violation[] {
  const { id, price, isQuiet, status } = one;
  const paid = paidBy(one);
  if (paid < 0 || paid > price) return [violation('M1', id, `${paid} paid of an order over ${price}`)];
  const expected = isQuiet ? expectedOf(one) : undefined;
  if (expected === undefined || paid === expected) return [];
  return [violation('M1', id, `${paid} paid in ${status}, ${expected} expected`)];
}

/** What must have been paid; `undefined` where both or neither is right for now. */
function expectedOf({ status, sagaStatus, price }: AuditCase): number | undefined {
  if (PAID.has(status)) return price;
  return WITHDRAWN.has(status) && sagaStatus === 'rest' ? 0 : undefined;
}

function checkSums(cases: readonly AuditCase[], books: BooksAnswer): Violation[] {
  const judged = cases.flatMap((one) => {
    const expected = one.isQuiet ? expectedOf(one) : undefined;
    return expected === undefined ? [] : { expected, paid: paidBy(one) };
  });
  const expected = sum(judged.map((one) => one.expected));
  const paid = sum(judged.map((one) => one.paid));
  const known = new Set(cases.map(({ id }) => id));
  const strangers = Object.entries(books.orders).filter(
    ([id, { captured, authorized }]) => !known.has(id) && (captured !== 0 || authorized !== 0),
  );
  return [
    ...(expected === paid
      ? []
      : [violation('M2', undefined, `orders add up to ${expected}, the journal to ${paid}`)]),
    ...strangers.map(([id, { captured }]) =>
      violation('M2', id, `${captured} captured for an order that isn't ours`),
    ),
  ];
}

function checkCounts({ id, sagaStatus, book }: AuditCase): Violation[] {
  return (book?.payments ?? []).flatMap((payment) => {
    const { captures, refunds, authorized, payment: name } = payment;
    const say = (detail: string) => violation('M3', id, `payment ${name}: ${detail}`);
    return [
      captures > 1 ? [say(`captured ${captures} times`)] : [],
      refunds > 1 ? [say(`refunded ${refunds} times`)] : [],
      refunds > captures ? [say('refunded without a capture')] : [],
      sagaStatus === 'rest' && authorized !== 0
        ? [say(`${authorized} still authorized of an order at rest`)]
        : [],
    ].flat();
  });
}

function checkView(one: AuditCase): Violation[] {
  return [...checkTotal(one), ...one.payments.flatMap((payment) => checkPayment(one, payment))];
}

/** What we ask for is what the journal's coupons leave; an order that is undone has given its coupons back. */
function checkTotal({ id, status, price, shownTotal, sagaStatus, book }: AuditCase): Violation[] {
  const coupons = book?.coupons ?? [];
  if (WITHDRAWN.has(status)) {
    return sagaStatus === 'rest' && coupons.length > 0
      ? [violation('M4', id, `${status}, and ${coupons.join()} still used`)]
      : [];
  }
  if (status === 'CREATED' || shownTotal === price) return [];
  return [violation('M4', id, `${shownTotal} asked for, the journal's coupons leave ${price}`)];
}

function checkPayment({ id, book }: AuditCase, payment: AuditCase['payments'][number]): Violation[] {
  const { id: name, status, amount, paymentId } = payment;
  if (UNSETTLED.has(status)) return [];
  const journal = book?.payments.filter(({ payment }) => payment === name) ?? [];
  const paid = sum(journal.map(paidOf));
  const shown = status === 'captured' ? amount.amount : 0;
  const say = (detail: string) => violation('M4', id, `payment ${name} is ${status} here, ${detail}`);
  return [
    paid === shown ? [] : [say(`the journal says that ${paid} is paid`)],
    status === 'refunded' && amount.amount > 0 && !journal.some(({ refunds }) => refunds > 0)
      ? [say('the journal has no refund')]
      : [],
    paymentId !== undefined &&
    journal.length > 0 &&
    !journal.some(({ payment_id }) => payment_id === paymentId)
      ? [say(`the journal knows no ${paymentId}`)]
      : [],
  ].flat();
}

function paidBy({ book }: AuditCase): number {
  return book ? book.captured - book.refunded : 0;
}

function paidOf({ captured, refunded }: AuditedPayment): number {
  return captured - refunded;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}

function violation(invariant: string, order_id: string | undefined, detail: string): Violation {
  return { invariant, ...(order_id !== undefined && { order_id }), detail };
}
