import { setTimeout as pause } from 'node:timers/promises';
import { ROLE } from '../processes/database.ts';
import { definePlan, type Stage } from './plan.ts';

const MOVES_AGAIN_MS = 30_000;
const FEW_CONNECTIONS = 3;

/** kill -9 of the postmaster, and an immediate restart. */
export const killPostmaster = definePlan({
  name: 'kill-postmaster',
  title: 'the postmaster is killed and started again at once',
  counts: { small: 40, long: 1_000 },
  weight: 7,
  schedule: (random, count) => Array.from({ length: count }, () => ({ afterMs: random.between(200, 1_000) })),
  async strike(stage) {
    const { database } = stage.world;
    stage.tally.fault(await isSomethingOpen(stage));
    const killedAt = performance.now();
    database.kill();
    await database.restart();
    await movesAgain(stage, killedAt);
  },
});

/** Backends are terminated one by one, those that are in the middle of something first. */
export const terminateBackends = definePlan({
  name: 'terminate-backends',
  title: 'backends are terminated one by one',
  counts: { small: 200, long: 2_000 },
  weight: 4,
  schedule: (random, count) => Array.from({ length: count }, () => ({ afterMs: random.between(10, 150) })),
  async strike({ world, tally }) {
    const [ended] = await world.database.patientQuery<{ state: string }>(
      `select state, pg_terminate_backend(pid) from pg_stat_activity
       where usename = $1 order by state = 'idle', random() limit 1`,
      [ROLE],
    );
    if (ended) tally.fault(ended.state !== 'idle');
  },
});

/** More connections are refused than are needed. */
export const exhaustConnections = definePlan({
  name: 'exhaust-connections',
  title: 'connections run out: all are ended, and only three may come again for a while',
  counts: { small: 2, long: 50 },
  weight: 3,
  schedule: (random, count) =>
    Array.from({ length: count }, () => ({
      afterMs: random.between(200, 1_000),
      forMs: random.between(2_000, 5_000),
    })),
  async strike(stage, { forMs }) {
    const { database } = stage.world;
    stage.tally.fault(await isSomethingOpen(stage));
    await database.query(`alter role ${ROLE} connection limit ${FEW_CONNECTIONS}`);
    try {
      await database.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [
        ROLE,
      ]);
      await pause(forMs);
    } finally {
      await database.query(`alter role ${ROLE} connection limit -1`);
    }
    await movesAgain(stage, performance.now());
  },
});

/** The file system of PostgreSQL's data has no space left for a while; what the server makes of it is its own affair. */
export const fillDisk = definePlan({
  name: 'fill-disk',
  title: "PostgreSQL's disk is full for a while",
  counts: { small: 1, long: 50 },
  weight: 3,
  needsSmallDisk: true,
  schedule: (random, count) =>
    Array.from({ length: count }, () => ({
      afterMs: random.between(200, 1_000),
      forMs: random.between(2_000, 5_000),
    })),
  async strike(stage, { forMs }) {
    const { world, tally } = stage;
    const { database, disk } = world;
    if (!disk) throw new Error('there is no disk of its own');
    tally.fault(await isSomethingOpen(stage));
    disk.fill();
    try {
      await pause(forMs);
      const refusal = await database.query(WRITES_MUCH).catch((error: unknown) => error);
      if (!(refusal instanceof Error)) tally.problems.push('there was space left');
    } finally {
      disk.free();
    }
    const freedAt = performance.now();
    if (await database.reviveIfDead()) tally.fact('PostgreSQL had given up, and was started again');
    await movesAgain(stage, freedAt);
  },
});

const WRITES_MUCH = `
  do $$ begin
    create temporary table much on commit drop as select repeat(md5(n::text), 30) from generate_series(1, 50000) n;
  end $$`;

/** Whether web or workers have a statement or a transaction under way, or a step in hand. */
export async function isSomethingOpen({ world }: Stage): Promise<boolean> {
  const [row] = await world.database.patientQuery<{ busy: boolean }>(
    `select exists (select from pg_stat_activity where usename = $1 and state <> 'idle')
       or exists (select from countermand.outbox where status = 'leased') as busy`,
    [ROLE],
  );
  return row?.busy ?? false;
}

/** Waits until sagas move again, and counts that from the instant when the fault came. */
export async function movesAgain({ world, tally }: Stage, since: number): Promise<void> {
  const { database } = world;
  const [last] = await database.patientQuery<{ at: string }>('select clock_timestamp()::text as at');
  for (;;) {
    const [row] = await database.patientQuery<{ moved: boolean }>(
      'select exists (select from countermand.history where at > $1::timestamptz) as moved',
      [last?.at],
    );
    const tookMs = performance.now() - since;
    if (row?.moved) return void tally.recoveries.push(tookMs);
    if (tookMs > MOVES_AGAIN_MS) throw new Error(`no saga has moved for ${MOVES_AGAIN_MS} ms`);
    await pause(25);
  }
}
