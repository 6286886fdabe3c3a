import { PgBossQueue } from '../../../packages/runner-postgres/src/queue/pg-boss-queue.js';
import { startFlawed } from './flaws.js';
import { phasesUnderWay } from './observed-batcher.js';
import { followCalls } from './observed-calls.js';
import { block, reach } from './strike-point.js';
import { followLeases } from './work-in-hand.js';

// Runs before everything else in the test build of the checkout server, and nowhere else.

startFlawed();
followLeases();
followCalls();

const { insert } = PgBossQueue.prototype;
PgBossQueue.prototype.insert = async function (session, deliveries) {
  reach('before-jobs', phasesUnderWay());
  await insert.call(this, session, deliveries);
  reach('after-jobs', phasesUnderWay());
};

process.on('SIGUSR2', block);

const offsetMs = Number(process.env['CHAOS_CLOCK_OFFSET_MS'] ?? 0);
if (offsetMs !== 0) {
  const real = Date;
  const now = () => real.now() + offsetMs;
  globalThis.Date = new Proxy(real, {
    construct: (target, args: []) =>
      args.length === 0 ? new target(now()) : Reflect.construct(target, args),
    apply: () => new real(now()).toString(),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  });
}
