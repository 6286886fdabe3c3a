import type { StepRun } from '../../envelope.js';
import { type Cause, type Decision, type Envelope, isSettled } from '../../index.js';
import type { AnySaga } from '../../saga-definition.js';
import type { StepContract } from '../../step.js';
import type { BruteNode } from './brute-node.js';
import type { BruteVerdict } from './brute-verdict.js';

type AnswerCause = Cause & { readonly type: 'answer' };

/** The rule that says why a saga parks. */
const PARKS: Readonly<Record<string, string>> = {
  OBLIGATION_LEFT_OPEN: 'obligation-left-open',
  UNDO_MISSING: 'undo-missing',
  DECIDE_FAILED: 'machine-throws',
  STEP_ERROR_UNHANDLED: 'step-error-unhandled',
};

/** Rules that say that something never happens. */
const NEVER = ['answer-ignored', 'undo-never-open', 'state-unreachable', 'event-never-taken'];
/** Rules that say that something leads nowhere. */
const WAYS = ['rest-unreachable', 'event-kept-in-vain'];

/**
 * Judges what a brute-force walk sees, by every rule that decisions alone can tell of, and by none of the check's own
 * code. For machines with states of one level, without guards and samples.
 */
export class BruteJudge {
  readonly #saga: AnySaga;
  readonly #wrong = new Map<string, Set<string>>();
  #leakAfter: number | undefined;
  readonly #entered = new Set<string>();
  readonly #taken = new Set<string>();
  /** Where steps were begun; their answers that were taken there, and those that were not. */
  readonly #begun = new Set<string>();
  readonly #heard = new Set<string>();
  readonly #unheard = new Map<string, string>();
  /** Where something is closed or undone, and whether it was ever open there. */
  readonly #sites = new Map<string, boolean>();
  readonly #keeping: { readonly node: BruteNode; readonly type: string }[] = [];
  readonly #taking: { readonly node: BruteNode; readonly type: string }[] = [];

  constructor(saga: AnySaga) {
    this.#saga = saga;
  }

  onNode({ envelope }: BruteNode): void {
    const { runs, timers, compensation } = envelope;
    const moves = runs.some(({ left }) => !left) || timers.length > 0 || compensation !== undefined;
    if (!moves && !this.#rests(envelope)) this.#note('wait-without-timeout', stateOf(envelope));
  }

  onDecision(
    before: BruteNode | undefined,
    cause: Cause | undefined,
    decision: Decision,
    passed: boolean,
  ): void {
    for (const { to } of decision.history) this.#entered.add(String(to));
    this.#judgeParked(before, cause, decision.envelope);
    this.#judgeSteps(before, cause, decision, passed);
    if (!before) return;
    if (cause?.type === 'answer') {
      this.#judgeAnswer(before.envelope, cause, decision);
      this.#judgeClosed(before.envelope, cause);
    }
    if (cause?.type === 'event') this.#judgeEvent(before, cause.event.type, decision);
    for (const { event, outcome } of decision.history) if (outcome === 'applied') this.#taken.add(event);
  }

  end(nodes: readonly BruteNode[]): BruteVerdict {
    for (const [answer, site] of this.#unheard)
      if (this.#begun.has(site) && !this.#heard.has(answer)) this.#note('answer-ignored', answer);
    for (const [site, useful] of this.#sites) if (!useful) this.#note('undo-never-open', site);
    for (const state of Object.keys(this.#saga.machine.states))
      if (!this.#entered.has(state)) this.#note('state-unreachable', state);
    for (const type of Object.keys(this.#saga.events))
      if (!this.#taken.has(type)) this.#note('event-never-taken', type);
    const cut = nodes.filter((node) => node.cut);
    for (const [rule, subject] of this.#judgeWays(nodes, [])) this.#note(rule, subject);
    // What holds even if the places where the walk was cut off lead anywhere.
    const sure = new Set(this.#judgeWays(nodes, cut).map(([rule]) => rule));
    return {
      wrong: Object.fromEntries([...this.#wrong].map(([rule, subjects]) => [rule, [...subjects]])),
      unsure: cut.length === 0 ? [] : [...NEVER, ...WAYS.filter((rule) => !sure.has(rule))],
      leakAfter: this.#leakAfter,
      cutAfter: cut[0]?.depth,
    };
  }

  #judgeParked(before: BruteNode | undefined, cause: Cause | undefined, envelope: Envelope): void {
    for (const { code } of envelope.parked) {
      if (code === 'OBLIGATION_LEFT_OPEN') this.#leakAfter ??= before ? before.depth + 1 : 0;
      const lost = cause?.type === 'answer' && this.#isLost(cause, before) && envelope.pivoted;
      if (code === 'STEP_ERROR_UNHANDLED' && lost) continue;
      this.#note(PARKS[code] ?? code, stateOf(envelope));
    }
  }

  /** A pivot that is declined after an attempt whose answer was lost is as good as lost. */
  #isLost({ id, visit, outcome, attempts }: AnswerCause, before: BruteNode | undefined): boolean {
    if (outcome.kind !== 'declined' || attempts === 1) return outcome.kind === 'unknown';
    const run = before?.envelope.runs.find((one) => one.id === id && one.visit === visit);
    return this.#saga.steps[run?.step ?? '']?.pivot === true;
  }

  #judgeSteps(
    before: BruteNode | undefined,
    cause: Cause | undefined,
    { envelope, effects, history }: Decision,
    passed: boolean,
  ): void {
    const state = stateOf(envelope);
    const noWayBack = before?.envelope.pivoted && !isPivotDeclined(before.envelope, cause);
    for (const effect of effects) {
      if (effect.type !== 'runStep' || effect.role !== 'invoke') continue;
      const { id, step } = effect;
      this.#begun.add(`${id} in ${state}`);
      const contract = this.#saga.steps[step];
      if (this.#wasOpen(envelope, effect.key, contract)) this.#note('opened-twice', `${step} in ${state}`);
      if (noWayBack && contract?.declines.length) this.#note('decline-after-pivot', `${step} in ${state}`);
      const ends = contract?.closes.map(({ kind }) => kind) ?? [];
      if (ends.length > 0)
        this.#noteSite(
          `${step} in ${state}`,
          isOpen(envelope, (kind) => ends.includes(kind)),
        );
    }
    for (const [name, node] of Object.entries(this.#saga.machine.states)) {
      for (const { id, src } of node.invoke) {
        const visits = (one: Envelope | undefined) => one?.visits[id] ?? 0;
        if (src !== 'compensate') continue;
        const isBegun = visits(envelope) > visits(before?.envelope);
        const goesOn = envelope.compensation?.invokes.some((one) => one.id === id);
        const open = envelope.obligations.filter(({ certainty }) => certainty !== 'closed');
        const canEnd = open.length > 0 && open.every(({ undo }) => undo !== undefined);
        if ((isBegun || goesOn) && canEnd && (passed || this.#mayStillShip(envelope)))
          this.#note('compensation-after-pivot', `compensate in ${name}`);
        if (!isBegun) continue;
        // A kept event leads on in the same decision: what was open before that is undone by then.
        const led = history.some(({ from, to }) => from === before?.envelope.snapshot.value && to === name);
        const seen = led && before ? [envelope, before.envelope] : [envelope];
        this.#noteSite(
          `compensate in ${name}`,
          seen.some((one) => isOpen(one, () => true)),
        );
      }
    }
  }

  /** Whether a pivot that leaves no trace is under way. */
  #mayStillShip({ runs }: Envelope): boolean {
    return runs.some(({ role, step, parked, answered }) => {
      const contract = this.#saga.steps[step];
      return role === 'invoke' && !parked && !answered && contract?.pivot && contract.opens === undefined;
    });
  }

  /** What a run opens hangs on it from the start, unless it was, or may have been, open already. */
  #wasOpen({ obligations, runs }: Envelope, key: string, contract: StepContract | undefined): boolean {
    const opens = contract?.opens;
    if (!opens || opens.idempotentBy === 'instance') return false;
    // Refused while the saga undoes, it has not begun.
    if (runs.some(({ id, visit, parked }) => parked && `${id}:${visit}` === key)) return false;
    const isOthers = obligations.some(
      ({ kind, source }) => kind === opens.kind && !('key' in source && source.key === key),
    );
    // Undone or not: one that was asked for before and hasn't answered may come about beside it.
    const isPending = ({ id, visit, opens: opened, answered }: StepRun) =>
      opened === `${opens.kind}:x` && !answered && `${id}:${visit}` !== key;
    return isOthers || runs.some(isPending);
  }

  #judgeAnswer(before: Envelope, cause: AnswerCause, decision: Decision): void {
    const run = before.runs.find(({ id, visit }) => id === cause.id && visit === cause.visit);
    if (!run || run.left || run.role !== 'invoke' || cause.outcome.kind === 'awaiting') return;
    const answer = `${run.id} ${cause.outcome.kind === 'done' ? 'done' : 'failed'} in ${stateOf(before)}`;
    if (decision.outcome === 'applied') this.#heard.add(answer);
    if (decision.reason === 'NOT_HANDLED') this.#unheard.set(answer, `${run.id} in ${stateOf(before)}`);
  }

  /** Done with closing what nobody has heard of yet, while it is being opened. */
  #judgeClosed({ runs, obligations, snapshot }: Envelope, { id, visit, outcome }: AnswerCause): void {
    const closer = runs.find((run) => run.id === id && run.visit === visit && run.role === 'invoke');
    if (!closer || outcome.kind !== 'done') return;
    for (const { kind } of this.#saga.steps[closer.step]?.closes ?? []) {
      const known = obligations.find((one) => one.kind === kind);
      const isPending = runs.some(
        (run) =>
          run !== closer &&
          run.role === 'invoke' &&
          !run.answered &&
          !run.parked &&
          this.#saga.steps[run.step]?.opens?.kind === kind,
      );
      if (known?.certainty === 'maybe' && isPending)
        this.#note('closed-under-way', `${closer.step} in ${String(snapshot.value)}`);
    }
  }

  #judgeEvent(node: BruteNode, type: string, { outcome, reason }: Decision): void {
    const { envelope } = node;
    const subject = `${type} in ${stateOf(envelope)}`;
    const rests = this.#rests(envelope);
    // Also an event on which a saga parks is stored, but not for another state.
    const isKept = outcome === 'deferred' && reason === 'NOT_HANDLED_YET';
    if (outcome === 'applied') this.#taking.push({ node, type });
    if (reason === 'NOT_HANDLED' || (rests && isKept)) this.#note('event-undeclared', subject);
    if (!rests && isKept) this.#keeping.push({ node, type });
    const kind = this.#saga.events[type]?.opens?.kind;
    if (kind === undefined || outcome === 'applied' || outcome === 'deferred') return;
    const known = envelope.obligations.find((one) => one.kind === kind);
    const settled = known?.wasCertain || known?.closedBy === 'step' || known?.closedBy === 'event';
    if (!known || (known.certainty === 'closed' && !settled)) this.#note('news-lost', subject);
  }

  /** What can be reached from where, if these too lead wherever they should: rules, and where they are broken. */
  #judgeWays(nodes: readonly BruteNode[], hopes: readonly BruteNode[]): [string, string][] {
    const settled = nodes.filter(({ envelope }) => isSettled(this.#saga, envelope));
    const broken = nodes.filter(({ envelope }) =>
      envelope.parked.some(({ code }) => code !== 'STEP_ERROR_UNHANDLED'),
    );
    const good = leadingTo(nodes, [...settled, ...broken, ...hopes]);
    const stuck = nodes.filter((node) => node.envelope.parked.length === 0 && !good.has(node));
    const found = stuck.map((node): [string, string] => ['rest-unreachable', stateAt(node)]);
    for (const type of new Set(this.#keeping.map((one) => one.type))) {
      const taking = this.#taking.filter((one) => one.type === type).map(({ node }) => node);
      const hopeful = leadingTo(nodes, [...taking, ...hopes]);
      const keeping = this.#keeping.filter((one) => one.type === type).map(({ node }) => node);
      const withReason = new Set(keeping.filter((node) => hopeful.has(node)).map(stateAt));
      const first = beforeTaking(nodes, type);
      for (const node of keeping)
        if (!withReason.has(stateAt(node)) && first.has(node))
          found.push(['event-kept-in-vain', `${type} in ${stateAt(node)}`]);
    }
    return found;
  }

  /** At rest, perhaps with something open that is about to be settled. */
  #rests({ snapshot }: Envelope): boolean {
    return this.#saga.machine.states[String(snapshot.value)]?.tags.includes('rest') ?? false;
  }

  #note(rule: string, subject: string): void {
    const subjects = this.#wrong.get(rule) ?? new Set();
    this.#wrong.set(rule, subjects.add(subject));
  }

  #noteSite(site: string, useful: boolean): void {
    this.#sites.set(site, useful || (this.#sites.get(site) ?? false));
  }
}

function stateAt({ envelope }: BruteNode): string {
  return stateOf(envelope);
}

function stateOf({ snapshot }: Envelope): string {
  return String(snapshot.value);
}

/** Whether the only pivot on which it hung has said a certain no. */
function isPivotDeclined({ runs }: Envelope, cause: Cause | undefined): boolean {
  if (cause?.type !== 'answer' || cause.outcome.kind !== 'declined' || cause.attempts !== 1) return false;
  const [only, ...others] = runs.filter(({ pivots }) => pivots);
  return others.length === 0 && only?.id === cause.id && only.visit === cause.visit && !only.tried;
}

function isOpen({ obligations }: Envelope, ofKind: (kind: string) => boolean): boolean {
  return obligations.some(({ kind, certainty }) => certainty !== 'closed' && ofKind(kind));
}

/** Where one can be without having taken the event. */
function beforeTaking([start]: readonly BruteNode[], type: string): ReadonlySet<BruteNode> {
  const found = new Set(start ? [start] : []);
  for (const node of found) for (const [next, taken] of node.next) if (!taken.includes(type)) found.add(next);
  return found;
}

function leadingTo(nodes: readonly BruteNode[], goals: readonly BruteNode[]): ReadonlySet<BruteNode> {
  const from = new Map<BruteNode, BruteNode[]>();
  for (const node of nodes)
    for (const next of node.next.keys()) {
      const before = from.get(next);
      if (before) before.push(node);
      else from.set(next, [node]);
    }
  const found = new Set(goals);
  const open = [...goals];
  for (let goal = open.pop(); goal; goal = open.pop()) {
    for (const node of from.get(goal) ?? []) {
      if (found.has(node)) continue;
      found.add(node);
      open.push(node);
    }
  }
  return found;
}
