import type { Recoveries } from '../judge/recoveries.ts';
import type { Customers } from '../load/customers.ts';
import type { WorkerSlot, World } from '../processes/world.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Tally } from '../tally.ts';

/** One fault of a schedule. What it says is plain data, so that it can be printed and repeated. */
export interface Strike {
  /** Milliseconds after the strike before. */
  readonly afterMs: number;
  /** Which worker, counted through those that are ready. */
  readonly worker?: number;
  readonly [detail: string]: unknown;
}

/** What strikes are carried out on. */
export interface Stage {
  readonly world: World;
  readonly customers: Customers;
  readonly recoveries: Recoveries;
  readonly tally: Tally;
  /** Workers that a strike has to itself, whichever plan's it is. */
  readonly taken: Set<WorkerSlot>;
  /** A strike that takes its time goes on beside those that follow; the plan waits for it at its end. */
  readonly beside: (work: Promise<void>) => void;
}

/** One kind of fault: a schedule that a seed decides, and how a strike of it is carried out. */
export interface Plan<One extends Strike = Strike> {
  /** As in `--plan`. */
  readonly name: string;
  /** What it does, as a sentence. */
  readonly title: string;
  /** How many strikes: in CI, and in the long run. */
  readonly counts: { readonly small: number; readonly long: number };
  /** Its share of the time of a long run, against that of the others. */
  readonly weight: number;
  /** Whether at least one strike must hit work in flight; true unless it says otherwise. */
  readonly mustHitWork?: boolean;
  /**
   * Whether work must be taken up within what is promised of a worker that dies; true unless it says otherwise. What
   * is only silent keeps its open transaction for seconds more, and others may be silent at the same time.
   */
  readonly mustRecover?: boolean;
  /** It fills the disk that PostgreSQL's data is on, which must be one that nobody else needs. */
  readonly needsSmallDisk?: boolean;
  schedule(random: SeededRandom, count: number): readonly One[];
  /** What goes on beside all strikes. @returns ends it */
  begin?(stage: Stage): () => Promise<void>;
  strike(stage: Stage, strike: One): Promise<void>;
}

/** Says what a plan's strikes are by its schedule. */
export function definePlan<One extends Strike>(plan: Plan<One>): Plan {
  return plan as Plan;
}
