import { setTimeout as pause } from 'node:timers/promises';
import { DemoServer, isReady } from './demo/server-process.ts';
import { type Shop, shopAt } from './demo/shop.ts';

// The walk: what the README promises, done over HTTP and printed. Exit code 1 where something isn't as promised.

const RUNNING = process.env['CHECKOUT_URL'] ?? `http://127.0.0.1:${process.env['PORT'] ?? 3_000}`;
let broken = 0;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function check(what: string, isSo: boolean, seen: unknown): void {
  if (!isSo) broken += 1;
  say(`  ${isSo ? 'ok' : 'NOT SO'}: ${what}${isSo ? '' : `, but ${JSON.stringify(seen)}`}`);
}

async function happyOrder(shop: Shop): Promise<void> {
  say('\nAn order is placed and paid');
  const id = await shop.place('phone-case');
  await shop.until(id, ({ status }) => status === 'RESERVED');
  await shop.pay(id, 'tok_ok');
  const order = await shop.settled(id);
  check('it ends in transit', order.status === 'IN_TRANSIT', order.status);
  const book = await shop.ledger(id);
  check(
    "the gateway's book has one capture over 2450 cents",
    book?.captured === 2_450 && book.captures === 1,
    book,
  );
}

async function declinedOrder(shop: Shop): Promise<void> {
  say('\nAn order whose card is declined');
  const before = await shop.stock('headphones');
  const id = await shop.place('headphones');
  await shop.until(id, ({ status }) => status === 'RESERVED');
  const held = await shop.stock('headphones');
  check('a unit is held meanwhile', held === (before ?? 0) - 1, { before, held });
  await shop.pay(id, 'tok_declined');
  const order = await shop.settled(id);
  const after = await shop.stock('headphones');
  check('it fails', order.status === 'FAILED', order.status);
  check('its unit is available again', after === before, { before, after });
}

async function cancelledOrder(shop: Shop): Promise<void> {
  say('\nAn order that is paid, then cancelled');
  const id = await shop.place('charger-30w');
  await shop.pay(id, 'tok_ok');
  await shop.until(id, ({ status }) => status === 'CONFIRMED');
  await shop.cancel(id);
  const order = await shop.settled(id);
  check(
    'it is cancelled and its payment refunded',
    order.status === 'CANCELLED' && order.payments[0]?.status === 'refunded',
    order,
  );
  const book = await shop.ledger(id);
  check(
    "the gateway's book has one refund of all of it",
    book?.refunded === 3_900 && book.refunds === 1,
    book,
  );
}

async function killedServer(server: DemoServer): Promise<void> {
  say('\nThe server is killed (kill -9) with orders on their way, and started again');
  const shop = shopAt(server.url);
  const tokens = ['tok_ok', 'tok_ok', 'tok_slow', 'tok_slow', 'tok_declined'];
  const ids: string[] = [];
  for (const token of tokens) {
    const id = await shop.place('usb-c-cable');
    await shop.pay(id, token);
    ids.push(id);
  }
  await server.kill();
  say(`    killed with ${ids.length} orders on their way`);
  await server.start();
  say('    started again: PostgreSQL and the participants were found as they had been left');
  for (const [index, id] of ids.entries()) {
    const order = await shop.settled(id);
    const end = tokens[index] === 'tok_declined' ? 'FAILED' : 'IN_TRANSIT';
    check(`order ${index + 1} (${tokens[index]}) is ${end}`, order.status === end, order);
  }
  await invariants(shop);
}

async function invariants(shop: Shop): Promise<void> {
  say("\nMoney, stock, history and liveness, checked against the participants' own books");
  const endsAt = performance.now() + 60_000;
  for (;;) {
    const { ok, checked, violations } = await shop.invariants();
    const isQuiet = checked.quiet === checked.orders;
    if (isQuiet || performance.now() > endsAt) {
      return check(`no violation in ${checked.orders} orders`, ok && isQuiet, { checked, violations });
    }
    await pause(500);
  }
}

const isRunning = await isReady(RUNNING);
say(isRunning ? `Using the server at ${RUNNING}` : `No server at ${RUNNING}: starting one on free ports`);
const own = await DemoServer.start();
try {
  const shop = shopAt(isRunning ? RUNNING : own.url);
  for (const walk of [happyOrder, declinedOrder, cancelledOrder]) await walk(shop);
  if (isRunning) say('\nYours goes on; the one that is killed now was started for that');
  await killedServer(own);
} catch (error) {
  broken += 1;
  say(`  NOT SO: ${error instanceof Error ? error.message : String(error)}`);
} finally {
  await own.dispose();
}
say(broken === 0 ? '\nAll as promised.' : `\n${broken} not as promised.`);
process.exitCode = broken === 0 ? 0 : 1;
