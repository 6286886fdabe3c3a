import type { BenchServer } from './bench-server.ts';
import type { Contender } from './contenders.ts';
import type { Figures } from './figures.ts';

/** How much is done. Times in seconds, sizes in sagas. */
export interface Effort {
  /** Of throughput and latency; a scenario finds its own number here. */
  readonly rounds: number;
  /** Of everything else. */
  readonly furtherRounds: number;
  readonly warmUpSeconds: number;
  readonly loadSeconds: number;
  /** Of one saga at a time. */
  readonly latencySeconds: number;
  readonly finishedSagas: number;
  readonly waitingSagas: number;
  readonly timers: number;
  readonly idleSeconds: number;
  /** Shares of the greatest throughput at which sagas arrive. */
  readonly loadShares: readonly number[];
}

/** What a scenario works with. */
export interface Bench {
  readonly effort: Effort;
  /** Everybody that takes part, in the order of the tables. */
  readonly contenders: readonly Contender[];
  /** Where the figures go, and where those of the scenarios before are. */
  readonly figures: Figures;
  /** The server that all share. */
  readonly server: BenchServer;
  /** Tells, in a line, how it goes. */
  readonly say: (line: string) => void;
}

/** One kind of measurement. */
export interface Scenario {
  /** What `--scenario` takes, and where its figures' paths begin. */
  readonly name: string;
  run(bench: Bench): Promise<void>;
}

/** The same with a single round, for what takes long or hardly differs. */
export function once(bench: Bench): Bench {
  return { ...bench, effort: { ...bench.effort, rounds: 1 } };
}

/** Rounds of several, interleaved. What fails is told and leaves a gap, and keeps nobody else from being measured. */
export async function inRounds<Subject extends { readonly label: string }>(
  bench: Bench,
  subjects: readonly Subject[],
  measure: (subject: Subject, round: number) => Promise<string>,
): Promise<void> {
  const failed = new Set<Subject>();
  for (let round = 1; round <= bench.effort.rounds; round += 1) {
    for (const subject of subjects.filter((one) => !failed.has(one))) {
      try {
        bench.say(`${round}/${bench.effort.rounds} ${subject.label}: ${await measure(subject, round)}`);
      } catch (error) {
        failed.add(subject);
        bench.say(`${subject.label} failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
