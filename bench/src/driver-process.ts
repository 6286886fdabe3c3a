import type { Driver } from './driver.ts';
import type { Answer, Order, WorkerUsage } from './driver-orders.ts';
import { openDriver } from './open-driver.ts';
import { runArrivals, runClosedLoop } from './run-load.ts';

/** The process of one driver: does what its parent orders, one thing after the other, and ends with it. */
let driver: Driver | undefined;

process.on('message', (order: Order) => {
  carryOut(order).then(
    (value) => process.send?.({ value } satisfies Answer),
    (error: unknown) =>
      process.send?.({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
process.on('disconnect', () => process.exit());

async function carryOut(order: Order): Promise<unknown> {
  if (order.do === 'open') {
    const { stepMs, program, ...options } = order;
    const duration = stepMs && (() => stepMs.min + Math.random() * (stepMs.max - stepMs.min));
    driver = await openDriver(program, { ...options, stepMs: duration });
    return driver.serverPids ?? [];
  }
  if (!driver) throw new Error('nothing is open');
  switch (order.do) {
    case 'loop':
      return await runClosedLoop(driver, order);
    case 'arrivals':
      return await runArrivals(driver, order);
    case 'completed':
      return await driver.completed();
    case 'usage':
      return usage();
    case 'close':
      return await driver.close();
  }
}

function usage(): WorkerUsage {
  const { user, system } = process.cpuUsage();
  return { cpuSeconds: (user + system) / 1e6, rssBytes: process.memoryUsage.rss() };
}
