import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useServer } from './testing/use-server.ts';

// Nothing is packed by itself, so that a cancel always finds the order before it is shipped.
const server = useServer({ AUTO_FULFILMENT: 'false' });
const ids = { paid: '', discounted: '', refunded: '', reserved: '' };
let db: pg.Client;

interface Change {
  kind: string;
  order_id?: string;
  [key: string]: unknown;
}
interface Line {
  entry: { command?: { path: string; order_id: string; key: string }; changes: Change[] };
}

beforeAll(async () => {
  const { place, pay, reaches, settles, ship, post, invariantsHold } = server();
  ids.paid = await place('phone-case');
  ids.discounted = await place('phone-case', 1, { coupons: ['WELCOME10'], split: [2_000, 450] });
  ids.refunded = await place('phone-case');
  ids.reserved = await place('phone-case');
  await pay(ids.paid, 'tok_ok');
  await pay(ids.discounted, 'tok_ok', 'tok_ok');
  await pay(ids.refunded, 'tok_ok');
  await reaches(ids.refunded, 'CONFIRMED');
  await post(`/api/orders/${ids.refunded}/cancel`);
  await settles(ids.refunded, 'CANCELLED');
  await Promise.all([ship(ids.paid), ship(ids.discounted)]);
  await reaches(ids.reserved, 'RESERVED');
  await invariantsHold();
  db = new pg.Client({ connectionString: server().env['DATABASE_URL'] });
  await db.connect();
});
afterAll(() => db?.end());

/** The rules that are broken now. */
async function brokenRules(): Promise<string[]> {
  const { body } = await server().get('/dev/invariants');
  const violations = body['violations'] as { invariant: string }[];
  return [...new Set(violations.map(({ invariant }) => invariant))];
}

/** Changes lines of the participants' journal, asks, and puts everything back. */
async function withJournal(edit: (lines: Line[]) => void): Promise<string[]> {
  const file = path.join(server().env['DATA_DIR'] ?? '', 'participants', 'journal.jsonl');
  const original = readFileSync(file, 'utf8');
  const lines = original
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  edit(lines);
  writeFileSync(file, `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
  try {
    return await brokenRules();
  } finally {
    writeFileSync(file, original);
  }
}

function changesOf(lines: Line[], orderId: string, kind: string): Change[] {
  return lines
    .flatMap(({ entry }) => entry.changes)
    .filter((one) => one.kind === kind && one.order_id === orderId);
}

function removeChanges(lines: Line[], orderId: string, kind: string): void {
  for (const { entry } of lines) {
    entry.changes = entry.changes.filter((one) => one.kind !== kind || one.order_id !== orderId);
  }
}

function lineOf(lines: Line[], orderId: string, commandPath: string): Line {
  const found = lines.find(
    ({ entry }) => entry.command?.order_id === orderId && entry.command.path === commandPath,
  );
  if (!found) throw new Error(`the journal has no ${commandPath}`);
  return found;
}

describe('a tampered entry of the journal breaks', () => {
  it.each<[string, string, (lines: Line[]) => void]>([
    [
      'M1',
      'a smaller capture',
      (lines) => Object.assign(changesOf(lines, ids.paid, 'payment.captured')[0] ?? {}, { amount: 2_449 }),
    ],
    [
      'M2',
      'a capture for an order that is not ours',
      (lines) => {
        for (const { entry } of lines) {
          for (const one of entry.changes) if (one.order_id === ids.paid) one.order_id = 'somebody-elses';
        }
      },
    ],
    [
      'M3',
      'a capture that happened twice',
      (lines) => lines.push(lineOf(lines, ids.paid, '/payments/capture')),
    ],
    ['M3', 'a refund without its capture', (lines) => removeChanges(lines, ids.refunded, 'payment.captured')],
    [
      'M3',
      'an authorization that was never used',
      (lines) => removeChanges(lines, ids.paid, 'payment.captured'),
    ],
    ['M4', 'a refund that did not happen', (lines) => removeChanges(lines, ids.refunded, 'payment.refunded')],
    [
      'M4',
      'a discount that was never given',
      (lines) => removeChanges(lines, ids.discounted, 'coupon.applied'),
    ],
    [
      'M4',
      'a coupon that was used for an order that is undone',
      (lines) => {
        const [applied] = changesOf(lines, ids.discounted, 'coupon.applied');
        if (applied) applied.order_id = ids.refunded;
      },
    ],
    [
      'M1',
      'one of two captures that is gone',
      (lines) => {
        const [first] = changesOf(lines, ids.discounted, 'payment.captured');
        if (first) first['amount'] = 0;
      },
    ],
    [
      'S1',
      'a unit that vanished',
      (lines) => Object.assign(changesOf(lines, ids.paid, 'stock.moved')[0] ?? {}, { available: -2 }),
    ],
    [
      'S2',
      'units that were never given back',
      (lines) => {
        lineOf(lines, ids.refunded, '/inventory/release').entry.changes = [];
      },
    ],
    [
      'E1',
      'an effect that happened twice',
      (lines) => lines.push(lineOf(lines, ids.paid, '/fulfilment/invoices')),
    ],
    [
      'E1',
      'an effect under a key that is none of ours',
      (lines) => {
        const { command } = lineOf(lines, ids.paid, '/fulfilment/invoices').entry;
        if (command) command.key = 'undo';
      },
    ],
    [
      'JOURNAL',
      'an entry whose checksum is wrong',
      (lines) =>
        Object.assign(changesOf(lines, ids.paid, 'invoice.issued')[0] ?? {}, { number: 'INV-999999' }),
    ],
  ])('%s: %s', async (rule, _what, edit) => {
    expect(await brokenRules()).toEqual([]);
    expect(await withJournal(edit)).toContain(rule);
    expect(await brokenRules()).toEqual([]);
  });
});

/** Changes rows of ours, asks, and puts them back as they were. */
async function withRows(
  tables: readonly string[],
  statement: string,
  values: readonly unknown[],
): Promise<string[]> {
  for (const table of tables)
    await db.query(`create table backup_${table.replace('.', '_')} as table ${table}`);
  await db.query(statement, [...values]);
  try {
    return await brokenRules();
  } finally {
    for (const table of tables) {
      await db.query(`delete from ${table}`);
      await db.query(`insert into ${table} select * from backup_${table.replace('.', '_')}`);
      await db.query(`drop table backup_${table.replace('.', '_')}`);
    }
  }
}

const ENVELOPE = 'countermand.unpacked_envelope(id, saga, version, fingerprint, envelope)';

describe('a tampered row of ours breaks', () => {
  it.each<[string, string, string, string, keyof typeof ids]>([
    [
      ...(['H1', 'a history line that is gone', 'countermand.history'] as const),
      'delete from countermand.history where saga_id = $1 and seq = 2',
      'paid',
    ],
    [
      ...(['H2', 'another context', 'countermand.saga'] as const),
      `update countermand.saga set envelope = jsonb_set(${ENVELOPE}::jsonb, '{snapshot,context,tracking}', '"trk_0"') where id = $1`,
      'paid',
    ],
    [
      ...(['H2', 'another state', 'countermand.saga'] as const),
      `update countermand.saga set envelope = jsonb_set(${ENVELOPE}::jsonb, '{snapshot,value}', '{"SHIPPED":"awaitingScan"}') where id = $1`,
      'paid',
    ],
    [
      ...(['H3', 'a step that is no edge', 'countermand.history'] as const),
      `update countermand.history set "to" = '"SHIPPED"' where saga_id = $1 and seq = 1`,
      'paid',
    ],
    [
      ...(['H4', 'an end that is left', 'countermand.history'] as const),
      `update countermand.history set "to" = '"PAID"' where saga_id = $1 and seq = (select max(seq) from countermand.history where saga_id = $1)`,
      'refunded',
    ],
    [
      ...(['L1', 'a timer that is gone', 'countermand.outbox'] as const),
      `delete from countermand.outbox where saga_id = $1 and kind = 'timer'`,
      'reserved',
    ],
    [
      ...(['L1', 'a timer that is long due', 'countermand.outbox'] as const),
      `update countermand.outbox set due_at = now() - interval '1 hour', kind = 'forgotten' where saga_id = $1 and kind = 'timer'`,
      'reserved',
    ],
    [
      ...(['E1', 'a step that was never asked for', 'countermand.history'] as const),
      `delete from countermand.history where saga_id = $1 and event = 'capture.done'`,
      'paid',
    ],
    [
      ...(['E2', 'a promised order that is gone', 'checkout.orders'] as const),
      'delete from checkout.orders where id = $1',
      'reserved',
    ],
    [
      ...(['E2', 'an order without its saga', 'countermand.saga'] as const),
      'delete from countermand.saga where id = $1',
      'reserved',
    ],
    [
      ...(['E3', 'a message that nobody looks at', 'countermand.inbox'] as const),
      `update countermand.inbox set status = 'stuck', received_at = now() - interval '1 hour' where saga_id = $1`,
      'paid',
    ],
    [
      ...(['E3', 'a message that the history does not know', 'countermand.inbox'] as const),
      `update countermand.inbox set message_id = message_id || 'x' where saga_id = $1`,
      'paid',
    ],
  ])('%s: %s', async (rule, _what, table, statement, order) => {
    expect(await brokenRules()).toEqual([]);
    expect(await withRows([table], statement, [ids[order]])).toContain(rule);
    expect(await brokenRules()).toEqual([]);
  });
});
