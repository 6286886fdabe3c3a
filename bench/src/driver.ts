/** Something that carries out sagas of five steps, each step trivial and its result stored. */
export interface Driver {
  /** Resolves when the saga's last step is committed. */
  one(): Promise<void>;
  /** How many sagas the database holds as complete, each step with its result. */
  completed(): Promise<number>;
  close(): Promise<void>;
}

/** What a run came to. */
export interface Run {
  readonly sagas: number;
  readonly seconds: number;
  readonly perSecond: number;
  /** From the start of each saga to the commit of its last step, ascending. */
  readonly latenciesMs: readonly number[];
}

/** Runs that many sagas, always so many at once. */
export async function runClosedLoop(driver: Driver, sagas: number, inFlight: number): Promise<Run> {
  const latenciesMs: number[] = [];
  let begun = 0;
  const startedAt = performance.now();
  const client = async () => {
    while (begun < sagas) {
      begun += 1;
      const from = performance.now();
      await driver.one();
      latenciesMs.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, client));
  const seconds = (performance.now() - startedAt) / 1000;
  latenciesMs.sort((a, b) => a - b);
  return { sagas, seconds, perSecond: sagas / seconds, latenciesMs };
}

/** The value below which that share of the sorted values lies. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
