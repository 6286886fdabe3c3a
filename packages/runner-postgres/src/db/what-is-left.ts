import type { SchemaNames } from './schema-name.js';
import type { Session } from './session.js';

/** What could happen without time passing. */
export interface WhatIsLeft {
  /** Attempts under way. */
  readonly leased: number;
  /** Deliveries of published events, and wake-ups. */
  readonly sent: number;
  readonly due: number;
  readonly messages: number;
}

/** Counts what could happen without time passing. */
export async function whatIsLeft(session: Session, { ours }: SchemaNames): Promise<WhatIsLeft> {
  const [left] = await session.query<WhatIsLeft>(`
    select count(*) filter (where status = 'leased')::int as leased,
      count(*) filter (where status = 'pending' and (kind = 'publish' or delivery is not null))::int as sent,
      count(*) filter (where status in ('pending', 'awaiting') and due_at <= ${ours}.saga_now())::int as due,
      (select count(*)::int from ${ours}.inbox where status = 'pending') as messages
    from ${ours}.outbox where status in ('pending', 'leased', 'awaiting')`);
  return left ?? { leased: 0, sent: 0, due: 0, messages: 0 };
}

/** When something is due next: milliseconds since the epoch, or `null`. */
export async function nextDue(session: Session, { ours }: SchemaNames): Promise<number | null> {
  const [next] = await session.query<{ at: number | null }>(`
    select ${ours}.ms(min(due_at)) as at from ${ours}.outbox
    where status in ('pending', 'awaiting') and delivery is null and due_at > ${ours}.saga_now()`);
  return next?.at ?? null;
}

/** Makes every lease end so many milliseconds from now: at once, as the time after a crash would; or later. */
export async function endLeases(session: Session, { ours }: SchemaNames, inMs: number): Promise<void> {
  await session.query(
    `update ${ours}.outbox set due_at = ${ours}.saga_now() + $1 * interval '1 ms' where status = 'leased'`,
    [inMs],
  );
}
