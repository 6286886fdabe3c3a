import type { AnswerCause, Cause } from './cause.js';
import { begin, decide } from './decide.js';
import type { Decision, HistoryEntry } from './decision.js';
import type { Effect } from './effect.js';
import type { Envelope, Obligation, StepRun } from './envelope.js';
import type { Json, JsonObject } from './json.js';
import { obligationId } from './ledger.js';
import type { AnySaga } from './saga-definition.js';
import { rowKey } from './saga-id.js';
import type { Money } from './step.js';

/** A step, undo or probe from its dispatch to its answer. Times are milliseconds since the epoch, database time. */
export interface StepSpan {
  /** `id:visit`. */
  readonly key: string;
  readonly id: string;
  readonly visit: number;
  /** The contract's name. */
  readonly step: string;
  readonly role: StepRun['role'];
  readonly input: Json;
  readonly startedAt: number;
  /** The line of the history that asked for it. */
  readonly startedBy: number;
  /** Missing while it isn't settled. */
  readonly settledAt?: number;
  readonly settledBy?: number;
  readonly outcome?: AnswerCause['outcome'];
  /** Attempts that were begun; known when it has answered. */
  readonly attempts?: number;
}

/** One obligation through time. */
export interface LedgerLine {
  /** `kind:instance`. */
  readonly id: string;
  readonly kind: string;
  readonly instance: string;
  /** The step or event that opened it. */
  readonly by: string;
  readonly undo?: string;
  readonly amount?: Money;
  /** What became of it, oldest first. */
  readonly changes: readonly LedgerChange[];
}

/** A change of an obligation. */
export interface LedgerChange {
  readonly seq: number;
  readonly at: number;
  readonly certainty: Obligation['certainty'];
  readonly closedBy?: Obligation['closedBy'];
}

/** A line of the history with what it made the runner do. */
export interface ToldEntry extends HistoryEntry {
  /** Keys of the steps that it dispatched. */
  readonly started: readonly string[];
  readonly armed: readonly { readonly id: string; readonly dueAt: number }[];
  /** Ids of timers that it cancelled. */
  readonly disarmed: readonly string[];
  readonly published: readonly (JsonObject & { readonly type: string })[];
}

/** A saga's history as a story. */
export interface ToldHistory {
  readonly entries: readonly ToldEntry[];
  readonly steps: readonly StepSpan[];
  readonly ledger: readonly LedgerLine[];
  /** False where a line couldn't be decided again (an unknown version, say): from there on only the lines are told. */
  readonly isWhole: boolean;
}

/**
 * Tells what a saga has done, by deciding again what its history says: what each line dispatched, armed, published,
 * opened and closed. Needs nothing but the history, however long ago that was. Pure.
 *
 * @param findSaga - the definition of a version, where it is known
 */
export function tellHistory(
  sagaId: string,
  history: readonly HistoryEntry[],
  findSaga: (version: number | undefined) => AnySaga | undefined,
): ToldHistory {
  const story = new Story();
  let envelope: Envelope | undefined;
  let isWhole = true;
  for (const entry of history) {
    if (!entry.cause || !isWhole) {
      story.tell(entry, []);
      continue;
    }
    try {
      const decision = again(sagaId, entry, envelope, findSaga);
      story.tell(entry, decision.effects);
      story.compare(entry, envelope, decision.envelope);
      envelope = decision.envelope;
    } catch {
      // Said by `isWhole`; what is stored is shown all the same.
      isWhole = false;
      story.tell(entry, []);
    }
  }
  return { ...story.told(), isWhole };
}

function again(
  sagaId: string,
  { cause, at, actor }: HistoryEntry,
  envelope: Envelope | undefined,
  findSaga: (version: number | undefined) => AnySaga | undefined,
): Decision {
  const version = cause?.type === 'upgrade' ? cause.to : envelope?.version;
  const saga = findSaga(version);
  if (!saga || !cause) throw new Error('unknown version');
  if (cause.type === 'start') return begin(saga, { sagaId, input: cause.input, at, actor });
  if (!envelope) throw new Error('no start');
  return decide(saga, envelope, cause satisfies Cause, at);
}

class Story {
  readonly #entries: ToldEntry[] = [];
  readonly #steps = new Map<string, StepSpan>();
  readonly #ledger = new Map<string, LedgerLine>();

  tell(entry: HistoryEntry, effects: readonly Effect[]): void {
    const started: string[] = [];
    for (const effect of effects) {
      if (effect.type !== 'runStep') continue;
      const { key, id, visit, step, role, input } = effect;
      started.push(key);
      this.#steps.set(key, { key, id, visit, step, role, input, startedAt: entry.at, startedBy: entry.seq });
    }
    this.#settle(entry);
    this.#entries.push({
      ...entry,
      started,
      armed: effects.flatMap((one) => (one.type === 'armTimer' ? { id: one.id, dueAt: one.dueAt } : [])),
      disarmed: effects.flatMap((one) => (one.type === 'cancelTimer' ? one.key : [])),
      published: effects.flatMap((one) => (one.type === 'publish' ? one.event : [])),
    });
  }

  #settle({ cause, at, seq }: HistoryEntry): void {
    if (cause?.type !== 'answer') return;
    const { id, visit, outcome, attempts } = cause;
    const span = this.#steps.get(rowKey(id, visit));
    if (!span) return;
    const answered = { ...span, outcome, attempts };
    this.#steps.set(
      span.key,
      outcome.kind === 'awaiting' ? answered : { ...answered, settledAt: at, settledBy: seq },
    );
  }

  compare({ seq, at }: HistoryEntry, before: Envelope | undefined, after: Envelope): void {
    const earlier = new Map((before?.obligations ?? []).map((one) => [obligationId(one), one]));
    for (const one of after.obligations) {
      const id = obligationId(one);
      const was = earlier.get(id);
      const { certainty, closedBy, kind, instance, source, undo, amount } = one;
      if (was && was.certainty === certainty && was.opened === one.opened) continue;
      const change = { seq, at, certainty, ...(closedBy !== undefined && { closedBy }) };
      this.#ledger.set(id, {
        ...{ id, kind, instance },
        by: 'step' in source ? source.step : source.event,
        ...(undo !== undefined && { undo }),
        ...(amount && { amount }),
        changes: [...(this.#ledger.get(id)?.changes ?? []), change],
      });
    }
  }

  told(): Omit<ToldHistory, 'isWhole'> {
    return { entries: this.#entries, steps: [...this.#steps.values()], ledger: [...this.#ledger.values()] };
  }
}
