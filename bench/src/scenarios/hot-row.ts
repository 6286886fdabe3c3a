import { setTimeout as pause } from 'node:timers/promises';
import type { BenchServer } from '../bench-server.ts';
import { CheckoutServer } from '../checkout-server.ts';
import { inRounds, type Scenario } from '../scenario.ts';

const SKUS = ['iphone-15', 'limited-edition', 'usb-c-cable', 'headphones', 'phone-case', 'charger-30w'];
const CUSTOMERS = 32;
const SETTLE_MS = 120_000;

/** The checkout example over HTTP, with all orders for one SKU and with orders for six. */
export const hotRow: Scenario = {
  name: 'hot-row',
  async run(bench) {
    const subjects = [
      { subject: 'one-sku', skus: SKUS.slice(0, 1), label: 'all orders for one SKU' },
      { subject: 'six-skus', skus: SKUS, label: 'orders for six SKUs' },
    ];
    await inRounds(bench, subjects, ({ subject, skus }) =>
      bench.server.withDatabase(async (url) => {
        const perSecond = await measure(bench.server, url, skus, bench.effort.loadSeconds);
        bench.figures.add(`hot-row/${subject}/perSecond`, perSecond);
        return `${perSecond.toFixed(0)} orders/s`;
      }),
    );
  },
};

async function measure(
  server: BenchServer,
  url: string,
  skus: readonly string[],
  seconds: number,
): Promise<number> {
  const checkout = await CheckoutServer.start(url, skus);
  try {
    let orders = 0;
    const startedAt = performance.now();
    const customer = async () => {
      while (performance.now() < startedAt + seconds * 1_000) {
        await checkout.orderAndPay(skus[orders++ % skus.length] ?? '');
      }
    };
    await Promise.all(Array.from({ length: CUSTOMERS }, customer));
    await untilSent(server, url, orders);
    return (orders * 1_000) / (performance.now() - startedAt);
  } finally {
    await checkout.stop();
  }
}

/** @throws Error when not every order is on its way in time */
async function untilSent(server: BenchServer, url: string, orders: number): Promise<void> {
  const statement = `select count(*)::int as n from countermand.saga where settled and state = '"IN_TRANSIT"'`;
  for (const endsAt = Date.now() + SETTLE_MS; ; await pause(200)) {
    const [row] = await server.queryIn<{ n: number }>(url, statement);
    if (row?.n === orders) return;
    if (Date.now() > endsAt) throw new Error(`${row?.n} of ${orders} orders are on their way`);
  }
}
