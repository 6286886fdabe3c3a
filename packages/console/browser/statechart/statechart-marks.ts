/** What a drawing shows beside the machine itself: where a saga is, the way it came, how many are where. */
export interface StatechartMarks {
  /** Paths of the active states. */
  readonly active?: readonly string[];
  /** How the active states look; `running` by default. */
  readonly tone?: 'running' | 'compensating' | 'parked' | 'rest';
  /** Paths of the states that it was in. */
  readonly visited?: readonly string[];
  /** Ids of the transitions that it took, oldest first; the newest is animated when it is new. */
  readonly travelled?: readonly string[];
  /** Paths of states that can't be reached any more. */
  readonly over?: readonly string[];
  /** By path: how hot a state is, from 0 to 1, and what is written on it. */
  readonly heat?: Readonly<Record<string, Heat>>;
}

/** How many are in a state, as a drawing shows it. */
export interface Heat {
  /** From 0 to 1. */
  readonly level: number;
  /** In the state's corner: `1,204`. */
  readonly badge?: string;
  /** Below the name: `stays 4 min`. */
  readonly note?: string;
  /** Somebody has to look: parked sagas, say. */
  readonly alert?: string;
}
