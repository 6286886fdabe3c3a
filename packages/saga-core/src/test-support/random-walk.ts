import type { AnswerCause, Cause, StepOutcome } from '../cause.js';
import { begin, decide } from '../decide.js';
import type { Decision, HistoryEntry } from '../decision.js';
import type { Envelope, StepRun } from '../envelope.js';
import { assertJson, type Json, type JsonObject } from '../json.js';
import { findObligation } from '../ledger.js';
import type { AnySaga } from '../saga-definition.js';
import { rowKey } from '../saga-id.js';
import { isSettled, sagaStatus } from '../view.js';
import { World } from './world.js';

/** What a walk needs to know of its saga. */
export interface Walkable {
  readonly saga: AnySaga;
  readonly input: Json;
  /** Public events that may come at any time. */
  readonly events: readonly (JsonObject & { readonly type: string })[];
  /** A good output of each step; `{ ok: true }` by default. */
  readonly outputs: Readonly<Record<string, Json>>;
  /** What brings it to an end where it would wait for ever: sent one after the other, again and again. */
  readonly endings: readonly (JsonObject & { readonly type: string })[];
}

/** Three numbers choose what happens next. */
export type Choice = readonly [number, number, number];

/** Leads one saga through anything that can happen to it, and checks after every decision what must always hold. */
export class RandomWalk {
  readonly #what: Walkable;
  readonly world: World;
  readonly history: HistoryEntry[] = [];
  envelope: Envelope;
  #at = 0;
  #messages = 0;

  constructor(what: Walkable) {
    this.#what = what;
    this.world = new World(what.saga);
    const { saga, input } = what;
    const decision = begin(saga, { sagaId: 's', input, at: 0, actor: 'x' });
    this.envelope = decision.envelope;
    this.#take(decision);
  }

  /** Lets one thing happen. */
  step([kind, which, how]: Choice): void {
    this.#at += how * 300;
    const runs = this.envelope.runs.filter((run) => !run.answered);
    const run = runs[which % Math.max(1, runs.length)];
    const { timers, parked } = this.envelope;
    const timer = timers[which % Math.max(1, timers.length)];
    const reason = parked[which % Math.max(1, parked.length)];
    switch (kind % 8) {
      case 0:
      case 1:
        return run && this.#answer(run, how);
      case 2:
        return run && this.#answer(run, 0);
      case 3:
        return this.#send(
          this.#what.events[which % this.#what.events.length] as JsonObject & { type: string },
        );
      case 4:
        return (
          timer && this.#decide({ type: 'timer', id: timer.id, visit: timer.visit - (how === 9 ? 1 : 0) })
        );
      case 5:
        return this.#decide({
          type: 'retry',
          actor: 'admin',
          ...(how > 4 && reason?.key && { key: reason.key }),
        });
      case 6:
        return reason?.key === undefined || how > 3 ? undefined : this.#skip(reason.key);
      default:
        return how > 8 ? this.#decide({ type: 'park', reason: 'a whim', actor: 'admin' }) : undefined;
    }
  }

  /** Everything is well from now on: brings the saga to rest. */
  finish(): void {
    for (let round = 0; round < 500; round += 1) {
      const { parked } = this.envelope;
      const run = this.envelope.runs.find((one) => !one.answered && !one.parked);
      if (run) this.#answer(run, 0);
      else if (parked.some(({ key }) => key === 'cause')) this.#skip('cause');
      else if (parked.some(({ code }) => code === 'UNDO_MISSING'))
        this.#skip(parked.find(({ code }) => code === 'UNDO_MISSING')?.key ?? '');
      else if (parked.length > 0 || this.envelope.runs.some((one) => one.parked))
        this.#decide({ type: 'retry', actor: 'admin' });
      else if (isSettled(this.#what.saga, this.envelope)) return;
      else {
        const { endings } = this.#what;
        const next = endings[round % endings.length];
        if (next) this.#send(next);
      }
    }
    throw new Error(`it never came to rest: ${JSON.stringify(this.envelope)}`);
  }

  /** Replays the history, as it is stored. */
  replay(): Envelope | undefined {
    let envelope: Envelope | undefined;
    for (const { cause, at, actor } of JSON.parse(JSON.stringify(this.history)) as HistoryEntry[]) {
      if (!cause) continue;
      const decision: Decision =
        cause.type === 'start'
          ? begin(this.#what.saga, { sagaId: 's', input: cause.input, at, actor })
          : decide(this.#what.saga, envelope as Envelope, cause, at);
      envelope = JSON.parse(JSON.stringify(decision.envelope)) as Envelope;
    }
    return envelope;
  }

  #answer(run: StepRun, how: number): void {
    const key = rowKey(run.id, run.visit);
    // A row that is parked answers nothing until it is run again.
    if (run.parked) return;
    const [outcome, attempts, landed] = this.#outcomeOf(run, key, how);
    if (landed) this.world.land(key, outcome.kind === 'done' && run.role !== 'undo' && how < 2);
    const cause: AnswerCause = { type: 'answer', id: run.id, visit: run.visit, outcome, attempts };
    this.#decide(cause);
  }

  #outcomeOf(run: StepRun, key: string, how: number): readonly [StepOutcome, number, boolean] {
    if (run.role === 'probe')
      return [how > 7 ? { kind: 'unknown', message: '' } : this.world.find(key), 1, false];
    const { outputs } = this.#what;
    const output: Json = Object.hasOwn(outputs, run.step) ? (outputs[run.step] ?? null) : { ok: true };
    const good = { kind: 'done', output } as const;
    const no = { kind: 'declined', code: this.#what.saga.steps[run.step]?.declines[0] ?? 'MOOD' } as const;
    const unknown = { kind: 'unknown', message: 'no answer' } as const;
    const table: readonly (readonly [StepOutcome, number, boolean])[] = [
      [good, 1, true],
      [good, 3, true],
      [no, 1, false],
      [no, 2, true],
      [unknown, 2, true],
      [unknown, 2, false],
      [run.tried ? good : unknown, run.tried ? 1 : 0, run.tried === true],
      [{ kind: 'done', output: { wrong: 'shape' } }, 1, true],
      [{ kind: 'declined', code: 'UNDECLARED' }, 1, false],
      run.awaiting || run.role === 'undo' ? [good, 1, true] : [{ kind: 'awaiting' }, 1, false],
    ];
    return table[how % table.length] ?? [good, 1, true];
  }

  #send(event: JsonObject & { readonly type: string }): void {
    this.#messages += 1;
    if (event.type === 'PAYMENT_CAME') this.world.open.add('payment.captured:A1');
    const messageId = `m${this.#messages}`;
    this.#decide({ type: 'event', messageId, event, actor: 'x', accepted: true });
  }

  /** Whoever skips an undo sees to it by hand. */
  #skip(key: string): void {
    if (key.startsWith('undo:')) this.world.open.delete(key.replace(/^undo:/, '').replace(/:\d+$/, ''));
    this.#decide({ type: 'skip', key, reason: 'by hand', actor: 'admin' });
  }

  #decide(cause: Cause): void {
    const decision = decide(this.#what.saga, this.envelope, cause, this.#at);
    const again = decide(this.#what.saga, this.envelope, cause, this.#at);
    if (JSON.stringify(decision) !== JSON.stringify(again))
      throw new Error('the same arguments, another decision');
    if (decision.outcome !== 'refused') this.#take(decision);
    else if (JSON.stringify(decision.envelope) !== JSON.stringify(this.envelope))
      throw new Error('refused, but changed');
  }

  #take(decision: Decision): void {
    assertJson(
      JSON.parse(JSON.stringify([decision.envelope, decision.history, decision.effects])),
      'decision',
    );
    this.history.push(...decision.history);
    this.envelope = JSON.parse(JSON.stringify(decision.envelope)) as Envelope;
    this.world.take(decision.effects);
    this.#check();
  }

  #check(): void {
    const { seq, runs, obligations } = this.envelope;
    if (seq !== this.history.length)
      throw new Error(`seq ${seq} after ${this.history.length} lines of history`);
    this.history.forEach((entry, index) => {
      if (entry.seq !== index + 1) throw new Error('the history has a gap');
    });
    const keys = runs.map((run) => rowKey(run.id, run.visit));
    if (new Set(keys).size !== keys.length) throw new Error(`two runs with one key: ${keys.join(', ')}`);
    for (const run of runs) this.#checkRun(run);
    for (const one of obligations) if (one.opened < 1) throw new Error('opened, but never');
    sagaStatus(this.#what.saga, this.envelope);
  }

  /** What may be under way must be on the books, unless something else has closed it properly. */
  #checkRun(run: StepRun): void {
    const isUnderWay = run.role === 'invoke' && !run.awaiting && !run.answered && !run.parked;
    if (!isUnderWay || run.opens === undefined) return;
    const opened = findObligation(this.envelope.obligations, run.opens);
    const isOnTheBooks =
      opened &&
      (opened.certainty !== 'closed' || ['step', 'event', 'skipped'].includes(opened.closedBy ?? ''));
    if (!isOnTheBooks)
      throw new Error(
        `run ${run.id}:${run.visit} is under way, but ${run.opens} is ${JSON.stringify(opened)}`,
      );
  }
}
