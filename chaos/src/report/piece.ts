import type { Judgement } from '../judge/judge.ts';
import type { Signs } from '../judge/read-signs.ts';

/** What one world of a long run showed, as it is kept. */
export interface Piece {
  readonly seed: number;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly tookS: number;
  /** Over five minutes, at its end. */
  readonly loadAverage: number;
  readonly cores: number;
  /** Of this repository. */
  readonly commit: string;
  readonly orders: number;
  readonly repeats: number;
  /** Milliseconds by which the machine was late; see `judge/lag.ts`. */
  readonly lags?: readonly number[];
  readonly plans: readonly PlanResult[];
  readonly judgement: Judgement;
  readonly signs: Signs;
  readonly badEnds: readonly string[];
}

/** What one plan did in a world. */
export interface PlanResult {
  readonly name: string;
  /** How often it struck; one strike may be several faults. */
  readonly strikes: number;
  readonly injected: number;
  readonly hitWork: number;
  /** Milliseconds. */
  readonly recoveries: readonly number[];
  readonly facts: Readonly<Record<string, number>>;
  readonly problems: readonly string[];
}
