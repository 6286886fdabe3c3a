import type { Cause } from './cause.js';
import type { Decision, HistoryEntry, Outcome } from './decision.js';
import type { Effect } from './effect.js';
import type { Envelope, StepRun } from './envelope.js';
import { assertContext, type Json } from './json.js';
import type { Live } from './live.js';
import type { AnySaga } from './saga-definition.js';
import { SagaError } from './saga-error.js';
import { restore, store } from './xstate-seam.js';

/** A step's answer that this decision makes up by itself, to be given to the machine. */
export type InnerEvent =
  | {
      readonly type: 'refused';
      readonly id: string;
      readonly visit: number;
      readonly step: string;
      readonly input: unknown;
    }
  | { readonly type: 'compensated'; readonly id: string; readonly undone: readonly string[] };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * A decision in the making: the envelope's parts, replaced and never changed in place, so that a shallow copy is a
 * point to go back to.
 */
export interface Draft extends Mutable<Omit<Envelope, 'snapshot'>> {
  readonly definition: AnySaga;
  /** Database time of this decision, milliseconds since the epoch. */
  readonly at: number;
  live: Live;
  effects: readonly Effect[];
  history: readonly HistoryEntry[];
  inner: readonly InnerEvent[];
}

/** What a decision has none of yet: what it gets takes the place of this. */
export const NONE: readonly never[] = [];

/** Opens a stored envelope. @throws SagaError when the envelope isn't this definition's */
export function openDraft(saga: AnySaga, envelope: Envelope, at: number): Draft {
  if (envelope.saga !== saga.name || envelope.version !== saga.version) {
    throw new SagaError(
      'SAGA_UNKNOWN',
      `saga ${envelope.sagaId} is of '${envelope.saga}' version ${envelope.version}, not '${saga.name}' ${saga.version}`,
    );
  }
  if (envelope.fingerprint !== saga.fingerprint) {
    throw new SagaError(
      'FINGERPRINT_MISMATCH',
      `saga ${envelope.sagaId} was stored by another structure of '${saga.name}' version ${saga.version}; ` +
        'a machine or contract that changes needs a new version',
    );
  }
  // Property by property: a decision is made of this, and a rest of properties costs several times as much.
  const draft: Draft = {
    sagaId: envelope.sagaId,
    saga: envelope.saga,
    version: envelope.version,
    fingerprint: envelope.fingerprint,
    obligations: envelope.obligations,
    visits: envelope.visits,
    runs: envelope.runs,
    timers: envelope.timers,
    deferred: envelope.deferred,
    kept: envelope.kept,
    parked: envelope.parked,
    compensated: envelope.compensated,
    pivoted: envelope.pivoted,
    seq: envelope.seq,
    published: envelope.published,
    started: envelope.started,
    definition: saga,
    at,
    live: restore(saga.machine, envelope.snapshot),
    effects: NONE,
    history: NONE,
    inner: NONE,
  };
  if (envelope.compensation !== undefined) draft.compensation = envelope.compensation;
  return draft;
}

/** Goes back to a copy that was made of the draft. */
export function revert(draft: Draft, copy: Draft): void {
  const restored: Draft = { ...copy };
  // A property that came since must go too.
  if (copy.compensation === undefined) delete draft.compensation;
  Object.assign(draft, restored);
}

/**
 * The envelope that a draft has become. What changes least comes first: a store may write only what differs. An
 * instance, like everything else that outlives the batch that makes it: see `docs/performance.md`.
 */
class ClosedDraft implements Envelope {
  readonly sagaId: string;
  readonly saga: string;
  readonly version: number;
  readonly fingerprint: string;
  readonly snapshot: Envelope['snapshot'];
  readonly obligations: Envelope['obligations'];
  readonly visits: Envelope['visits'];
  readonly runs: Envelope['runs'];
  readonly timers: Envelope['timers'];
  readonly deferred: Envelope['deferred'];
  readonly kept: Envelope['kept'];
  readonly parked: Envelope['parked'];
  declare readonly compensation?: NonNullable<Envelope['compensation']>;
  readonly compensated: boolean;
  readonly pivoted: boolean;
  readonly seq: number;
  readonly published: number;
  readonly started: number;

  constructor(draft: Draft) {
    this.sagaId = draft.sagaId;
    this.saga = draft.saga;
    this.version = draft.version;
    this.fingerprint = draft.fingerprint;
    this.snapshot = snapshotOf(draft);
    this.obligations = draft.obligations;
    this.visits = draft.visits;
    this.runs = draft.runs;
    this.timers = draft.timers;
    this.deferred = draft.deferred;
    this.kept = draft.kept;
    this.parked = draft.parked;
    if (draft.compensation !== undefined) this.compensation = draft.compensation;
    this.compensated = draft.compensated;
    this.pivoted = draft.pivoted;
    this.seq = draft.seq;
    this.published = draft.published;
    this.started = draft.started;
  }
}

function snapshotOf(draft: Draft): Envelope['snapshot'] {
  const keep = new Map<string, string>();
  for (const run of draft.runs) if (run.role === 'invoke' && !run.left) keep.set(run.id, run.step);
  for (const { id } of draft.compensation?.invokes ?? []) keep.set(id, 'compensate');
  return store(draft.definition.machine, draft.live, keep);
}

/** The decision that the draft has become. */
export function finish(draft: Draft, outcome: Outcome, reason?: string): Decision {
  const { effects, history } = draft;
  const why = reason === undefined ? undefined : { reason };
  return { envelope: new ClosedDraft(draft), effects, history, outcome, ...why };
}

/** Takes the machine's next state, after checking that it can be stored. @throws SagaError */
export function moveTo(draft: Draft, live: Live): void {
  if (live.context !== draft.live.context) assertContext(live.context);
  draft.live = live;
}

/** What {@link record} takes: an entry but for what the draft knows. */
export interface Entry {
  readonly event: string;
  readonly outcome: HistoryEntry['outcome'];
  readonly from: Json;
  readonly actor: string;
  readonly reason?: string | undefined;
  readonly cause?: HistoryEntry['cause'] | undefined;
}

/** Appends a line to the history. */
export function record(draft: Draft, entry: Entry): void {
  draft.seq += 1;
  draft.history = draft.history.concat(new Line(draft, entry));
}

/** A line of the history. */
class Line implements HistoryEntry {
  readonly seq: number;
  readonly at: number;
  readonly event: string;
  readonly outcome: HistoryEntry['outcome'];
  declare readonly reason?: string;
  readonly from: Json;
  readonly to: Json;
  readonly actor: string;
  declare readonly cause?: NonNullable<HistoryEntry['cause']>;

  constructor(draft: Draft, { event, outcome, reason, from, actor, cause }: Entry) {
    this.seq = draft.seq;
    this.at = draft.at;
    this.event = event;
    this.outcome = outcome;
    if (reason !== undefined) this.reason = reason;
    this.from = from;
    this.to = draft.live.value;
    this.actor = actor;
    if (cause !== undefined) this.cause = cause;
  }
}

/** Adds an effect. */
export function addEffect(draft: Draft, effect: Effect): void {
  draft.effects = draft.effects.concat(effect);
}

/** Counts the next use of an invoke, spawn, action or timer id. From 1. */
export function nextVisit(draft: Draft, id: string): number {
  // Ids may be data: one that is called `constructor` has no visits just because every object has such a member.
  const visit = (Object.hasOwn(draft.visits, id) ? (draft.visits[id] ?? 0) : 0) + 1;
  draft.visits = { ...draft.visits, [id]: visit };
  return visit;
}

/** The run of that id and visit that isn't settled. */
export function findRun(draft: Draft, id: string, visit: number): StepRun | undefined {
  return draft.runs.find((run) => run.id === id && run.visit === visit);
}

/** Replaces a run. */
export function updateRun(draft: Draft, run: StepRun, change: Partial<StepRun>): StepRun {
  const changed = { ...run, ...change };
  draft.runs = draft.runs.map((one) => (one.id === run.id && one.visit === run.visit ? changed : one));
  return changed;
}

/** Removes a run that is settled. */
export function removeRun(draft: Draft, run: StepRun): void {
  draft.runs = draft.runs.filter((one) => one.id !== run.id || one.visit !== run.visit);
}

/** A cause as it is kept in the envelope and in the history. */
export function storedCause(cause: Cause): Json {
  return cause as unknown as Json;
}
