import type { Json, SagaStatus } from '@countermand/saga-core';

/** What {@link Inspection.states} takes. */
export interface SurveyOptions {
  /** How many of the newest sagas of each status but rest are counted at most; 20,000 by default. */
  readonly newest?: number;
  /** How many of the newest sagas are asked how long they stayed; 500 by default. */
  readonly sample?: number;
}

/** How the sagas of one name are spread over the states of their machines. */
export interface StateSurvey {
  /** Every state that a counted saga is in or was in, by path. A saga is counted in each state that it is in. */
  readonly states: readonly StateCount[];
  /** Sagas by status. */
  readonly statuses: Readonly<Record<SagaStatus, number>>;
  /** How many that is together. */
  readonly counted: number;
  /** False where there are more of a status than were counted: then these are its newest. */
  readonly isComplete: boolean;
  /** True where so many are at rest that their numbers are estimates, from a part of the table. */
  readonly isEstimated: boolean;
  /** How many sagas' histories the stays are from. */
  readonly sampled: number;
}

/** One state in a {@link StateSurvey}. */
export interface StateCount {
  readonly path: string;
  /** Sagas that are in it now, by status. */
  readonly now: Readonly<Record<SagaStatus, number>>;
  /** How long sagas stayed in it that have left it, in milliseconds; missing where none has. */
  readonly stays?: { readonly count: number; readonly medianMs: number; readonly p95Ms: number };
  /** For how long those have been in it that haven't moved for longest, in milliseconds; missing where none is. */
  readonly longestMs?: number;
}

/** Sagas that share status and state. */
export interface StateGroup {
  readonly status: SagaStatus;
  readonly state: Json;
  readonly sagas: number;
  /** Milliseconds for which the one that hasn't moved for longest hasn't. */
  readonly longestMs: number;
}

/** A line of the history, as far as stays depend on it. */
export interface StayRow {
  readonly sagaId: string;
  readonly at: number;
  readonly to: Json;
}

/** Makes the survey of what the store has counted. `rows` are in order within each saga. */
export function surveyStates(
  groups: readonly StateGroup[],
  rows: readonly StayRow[],
  limits: Pick<StateSurvey, 'isComplete' | 'isEstimated' | 'sampled'>,
): StateSurvey {
  const statuses = noSagas();
  const now = new Map<string, Record<SagaStatus, number>>();
  const longest = new Map<string, number>();
  for (const { status, state, sagas, longestMs } of groups) {
    statuses[status] += sagas;
    for (const path of pathsOf(state)) {
      const counts = now.get(path) ?? noSagas();
      counts[status] += sagas;
      now.set(path, counts);
      longest.set(path, Math.max(longest.get(path) ?? 0, longestMs));
    }
  }
  const stays = staysOf(rows);
  const paths = [...new Set([...now.keys(), ...stays.keys()])];
  return {
    states: paths.map((path) => {
      const times = stays.get(path);
      const longestMs = longest.get(path);
      return {
        path,
        now: now.get(path) ?? noSagas(),
        ...(times && { stays: summary(times) }),
        ...(longestMs !== undefined && { longestMs }),
      };
    }),
    statuses,
    counted: Object.values(statuses).reduce((sum, count) => sum + count, 0),
    ...limits,
  };
}

/** Stays that have ended, in milliseconds, by path. */
function staysOf(rows: readonly StayRow[]): Map<string, number[]> {
  const stays = new Map<string, number[]>();
  let saga: string | undefined;
  let entered = new Map<string, number>();
  for (const { sagaId, at, to } of rows) {
    if (sagaId !== saga) entered = new Map();
    saga = sagaId;
    const paths = new Set(pathsOf(to));
    for (const [path, since] of entered) {
      if (paths.has(path)) continue;
      stays.set(path, [...(stays.get(path) ?? []), at - since]);
      entered.delete(path);
    }
    for (const path of paths) if (!entered.has(path)) entered.set(path, at);
  }
  return stays;
}

function summary(times: readonly number[]): NonNullable<StateCount['stays']> {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
  return { count: sorted.length, medianMs: at(0.5), p95Ms: at(0.95) };
}

/** `{ PAID: 'checkingFraud' }` is in `PAID` and in `PAID.checkingFraud`. */
function pathsOf(value: Json, above = ''): string[] {
  if (typeof value === 'string') return [`${above}${value}`];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    `${above}${key}`,
    ...pathsOf(inner, `${above}${key}.`),
  ]);
}

function noSagas(): Record<SagaStatus, number> {
  return { running: 0, compensating: 0, parked: 0, rest: 0 };
}
