import { setTimeout as pause } from 'node:timers/promises';
import type { BenchServer } from './bench-server.ts';
import type { Contender } from './contenders.ts';
import { DriverHandle, type OpenOptions } from './driver-handle.ts';
import type { Load } from './run-load.ts';
import { cpuSecondsOf, readServerUsage } from './server-usage.ts';

/** A load, and what it cost on both sides. */
export interface MeasuredLoad extends Load {
  /** Microseconds of CPU time per saga, in the worker's process and in the server's. */
  readonly workerCpuUs: number;
  readonly serverCpuUs: number;
  readonly commitsPerSaga: number;
  readonly walBytesPerSaga: number;
  readonly diskBytesPerSaga: number;
}

/** What is done with a driver once it is warm. */
export type UseDriver = (driver: DriverHandle) => Promise<Load>;

/** How a load is measured. */
export interface MeasureOptions extends Omit<OpenOptions, 'url'> {
  /** Sagas at once while it warms up. */
  readonly inFlight: number;
  readonly warmUpSeconds: number;
}

/** How long what was started may take to be found complete. */
const SETTLE_MS = 20_000;

/** Measures one load in an empty database of its own: see {@link measureLoadIn}. */
export async function measureLoad(
  server: BenchServer,
  contender: Contender,
  options: MeasureOptions,
  use: UseDriver,
): Promise<MeasuredLoad> {
  return await server.withDatabase((url) => measureLoadIn(server, url, contender, options, use));
}

/**
 * Opens a driver in a process of its own, lets it warm up, measures one load, and counts.
 *
 * @throws Error when not every saga is complete in the database, each step with its result
 */
export async function measureLoadIn(
  server: BenchServer,
  url: string,
  contender: Contender,
  { inFlight, warmUpSeconds, ...open }: MeasureOptions,
  use: UseDriver,
): Promise<MeasuredLoad> {
  const driver = await DriverHandle.open(contender, { url, ...open });
  try {
    const before = await readServerUsage(url, server.pid);
    const warmUp = await driver.loop({ inFlight, seconds: warmUpSeconds });
    // As autovacuum does within a minute: plans that were made for empty tables are made anew, for everybody.
    await server.queryIn(url, 'vacuum analyze');
    await server.query('checkpoint');
    const from = await costs(server, driver, url);
    const load = await use(driver);
    const to = await costs(server, driver, url);
    const sagas = warmUp.sagas + load.sagas;
    await checkComplete(contender, driver, sagas);
    await driver.close();
    // Backends report their commits when they end, at the latest.
    const after = await readServerUsage(url, server.pid);
    return {
      ...load,
      workerCpuUs: ((to.workerCpu - from.workerCpu) * 1e6) / load.sagas,
      serverCpuUs: ((to.serverCpu - from.serverCpu) * 1e6) / load.sagas,
      walBytesPerSaga: (to.walBytes - from.walBytes) / load.sagas,
      commitsPerSaga: (after.commits - before.commits) / sagas,
      diskBytesPerSaga: (after.databaseBytes - before.databaseBytes) / sagas,
    };
  } catch (error) {
    await driver.close().catch(() => undefined);
    throw error;
  }
}

async function costs(server: BenchServer, driver: DriverHandle, url: string) {
  const { cpuSeconds, walBytes } = await readServerUsage(url, server.pid);
  const others = driver.serverPids.reduce((sum, pid) => sum + cpuSecondsOf(pid), 0);
  return { serverCpu: cpuSeconds + others, walBytes, workerCpu: (await driver.usage()).cpuSeconds };
}

async function checkComplete(contender: Contender, driver: DriverHandle, sagas: number): Promise<void> {
  for (const endsAt = Date.now() + SETTLE_MS; ; await pause(100)) {
    const completed = await driver.completed();
    if (completed === sagas) return;
    if (Date.now() > endsAt) {
      throw new Error(`${contender.label}: ${completed} of ${sagas} sagas are complete in the database`);
    }
  }
}
