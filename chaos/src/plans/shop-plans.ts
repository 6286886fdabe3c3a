import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Stock, StockLevels } from '@countermand-examples/participants/contract';
import { isSomethingOpen, movesAgain } from './database-plans.ts';
import { definePlan, type Stage } from './plan.ts';
import { killAndReplace, pickReady } from './ready-workers.ts';

const EQUAL_REQUESTS = 50;
/** Orders that are asked for so often at once; a kill hits all of them. */
const ORDERS_AT_ONCE = 10;
const BUYERS = 200;
const UNITS = 10;
const MIGRATIONS = 12;
const SETTLED_WITHIN_MS = 180_000;
const SCARCE = 'limited-edition';

/** Everything is killed at the same instant, and started again. */
export const coldStart = definePlan({
  name: 'cold-start',
  title: 'everything is killed at once, and started again',
  counts: { small: 10, long: 200 },
  weight: 6,
  schedule: (random, count) => Array.from({ length: count }, () => ({ afterMs: random.between(500, 2_500) })),
  async strike(stage) {
    const { world, tally, recoveries } = stage;
    tally.fault(await isSomethingOpen(stage));
    const works = await Promise.all([
      ...world.slots.map(({ process }) => process.kill()),
      world.web.kill(),
      world.participants.kill(),
      world.database.kill(),
    ]);
    const hit = works.flatMap((work) => work ?? []);
    for (const { leases, moves } of hit) tally.fault(leases.length > 0 || moves > 0);
    world.replaceParticipants();
    await world.database.restart();
    world.replaceWeb();
    for (const slot of world.slots) world.replace(slot);
    await Promise.all(world.processes.map((one) => one.ready()));
    // Nobody can take anything up before somebody is there: counted from then on.
    const upAt = performance.now();
    for (const work of hit) recoveries.watch(work, tally, upAt);
    await movesAgain(stage, upAt);
  },
});

/** The web process is killed in the middle of equal requests. */
export const equalRequests = definePlan({
  name: 'equal-requests',
  title: '50 equal requests at once make one order, while the web process and a worker are killed',
  counts: { small: 20, long: 200 },
  weight: 5,
  schedule: (random, count) =>
    Array.from({ length: count }, () => ({
      afterMs: random.between(100, 500),
      worker: random.below(1_000),
      killAfterMs: random.between(0, 120),
    })),
  async strike(stage, { worker, killAfterMs }) {
    const { world, customers, tally } = stage;
    const asking = Array.from({ length: ORDERS_AT_ONCE }, () => placeAtOnce(stage));
    let answered = 0;
    for (const order of asking)
      void order.then(() => {
        answered += 1;
      });
    await pause(killAfterMs);
    await world.web.kill();
    tally.fault(answered < asking.length);
    await killAndReplace(stage, await pickReady(stage, worker));
    const web = world.replaceWeb();
    if (!(await web.ready())) throw new Error(`the web process did not start; see ${web.logFile}`);
    const orders = (await Promise.all(asking)).flat();
    await Promise.all(orders.map((id) => customers.pay(id, 'tok_ok')));
    tally.fact(`orders of ${EQUAL_REQUESTS} equal requests`, orders.length);
  },
});

/** The same request many times at once. @returns the order that they have made; none, or several, are a problem */
async function placeAtOnce({ customers, tally }: Stage): Promise<readonly string[]> {
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: EQUAL_REQUESTS }, () => customers.place({}, key)));
  const ids = [...new Set(answers)].filter((id) => id !== undefined);
  if (ids.length !== 1)
    tally.problems.push(`${EQUAL_REQUESTS} equal requests made ${ids.join(', ') || 'no order'}`);
  return ids;
}

/** More buyers than units. */
export const scarceStock = definePlan({
  name: 'scarce-stock',
  title: '200 buyers want 10 units, while workers are killed',
  counts: { small: 10, long: 10 },
  weight: 5,
  schedule: (random, count) =>
    Array.from({ length: count }, () => ({
      afterMs: random.between(100, 300),
      kills: Array.from({ length: 4 }, () => ({
        afterMs: random.between(100, 700),
        worker: random.below(1_000),
      })),
    })),
  async strike(stage, { kills }) {
    const { customers, world, tally } = stage;
    await customers.restock(SCARCE, UNITS);
    const before = await stockOf(stage, SCARCE);
    const buying = Promise.all(Array.from({ length: BUYERS }, () => buyOne(stage)));
    for (const { afterMs, worker } of kills) {
      await pause(afterMs);
      await killAndReplace(stage, await pickReady(stage, worker));
    }
    const ids = (await buying).flatMap((id) => id ?? []);
    for (const endsAt = performance.now() + SETTLED_WITHIN_MS; ; await pause(200)) {
      const [open] = await world.database.patientQuery<{ n: number }>(
        'select count(*)::int as n from countermand.saga where id = any($1) and not settled',
        [ids],
      );
      if (open?.n === 0) break;
      if (performance.now() > endsAt)
        throw new Error(`${open?.n} of the buyers' orders are not settled after ${SETTLED_WITHIN_MS} ms`);
    }
    const units = (await stockOf(stage, SCARCE)).sold - before.sold;
    tally.fact('units sold of those that were scarce', units);
    // What others had reserved before may be sold, or come back and be sold.
    const most = UNITS + before.reserved;
    if (units > most || units === 0) tally.problems.push(`${units} of ${most} units were sold`);
  },
});

async function buyOne({ customers }: Stage): Promise<string | undefined> {
  const id = await customers.place({ sku: SCARCE });
  if (id !== undefined) await customers.pay(id, 'tok_ok');
  return id;
}

async function stockOf({ customers }: Stage, sku: string): Promise<StockLevels> {
  const { body } = await customers.request('GET', '/dev/stock');
  return (body as unknown as Stock)[sku] ?? { initial: 0, available: 0, reserved: 0, sold: 0 };
}

/** Migrations that meet each other, and workers. */
export const migrateAtOnce = definePlan({
  name: 'migrate-at-once',
  title: '12 processes migrate an empty database at once, and one migrates while workers run',
  counts: { small: 20, long: 20 },
  weight: 4,
  mustHitWork: false,
  schedule: (random, count) => Array.from({ length: count }, () => ({ afterMs: random.between(0, 200) })),
  async strike({ world, tally }) {
    const { database } = world;
    const name = `chaos_${randomUUID().replaceAll('-', '')}`;
    await database.query(`create database ${name}`);
    const url = new URL(database.ownerUrl);
    url.pathname = `/${name}`;
    const codes = await Promise.all([
      ...Array.from({ length: MIGRATIONS }, () => world.migrate(url.href)),
      world.migrate(database.ownerUrl),
    ]);
    for (const code of codes) {
      tally.fault(false);
      if (code !== 0) tally.problems.push(`a migration ended with ${code}`);
    }
    await database.query(`drop database ${name} with (force)`);
  },
});
