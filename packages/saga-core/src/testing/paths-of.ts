import type { AnswerCause, Cause, EventCause, TimerCause } from '../cause.js';
import type { CheckOptions } from '../check/check-options.js';
import { describeState } from '../check/describe-cause.js';
import { possibleCauses } from '../check/possible-causes.js';
import { signatureOf } from '../check/state-signature.js';
import { checkOptionsOf } from '../check/with-check-options.js';
import { begin, decide } from '../decide.js';
import type { HistoryEntry } from '../decision.js';
import type { Envelope, StepRun } from '../envelope.js';
import type { Json } from '../json.js';
import { findObligation } from '../ledger.js';
import type { AnySaga } from '../saga-definition.js';
import { rowKey } from '../saga-id.js';
import { deadlineMsOf } from '../step.js';
import type { HistoryMove } from './transition-coverage.js';

/** One thing to do to a saga whose adapters all answer later. */
export type PathStep =
  | { readonly do: 'answer'; readonly key: string; readonly outcome: AnswerCause['outcome'] }
  /** The probe that is asked about the step of this key says what it found. */
  | { readonly do: 'probe'; readonly key: string; readonly found: { readonly output: unknown } | 'nothing' }
  | { readonly do: 'send'; readonly event: EventCause['event']; readonly override: boolean }
  | { readonly do: 'wait'; readonly ms: number };

/** The shortest way to a state or over an edge, with where it must end. */
export interface SagaPath {
  readonly name: string;
  readonly input: unknown;
  readonly steps: readonly PathStep[];
  /** The machine's state afterwards. */
  readonly state: Json;
  /** What the machine does on the way, as a runner's history tells it. */
  readonly history: readonly HistoryMove[];
}

interface Node {
  readonly envelope: Envelope;
  readonly at: number;
  /** When each step in flight was asked for. */
  readonly since: ReadonlyMap<string, number>;
  readonly path: Omit<SagaPath, 'state' | 'name'>;
}

/**
 * The shortest ways to every state of a saga and over every edge that things from outside can lead to, for tests:
 * answers of steps, events, and waits until a timer is due. Made by `decide`, on the samples of the saga's check.
 *
 * @param options - as for `checkSaga`; guards are asked, so a machine with guards needs samples of its input
 */
export function pathsOf(saga: AnySaga, options: CheckOptions = {}): SagaPath[] {
  const complete = checkOptionsOf(saga, options);
  const causes = possibleCauses(saga, complete.samples ?? {});
  const signature = signatureOf(saga, complete, new Set(), causes);
  const paths = new Map<string, SagaPath>();
  const seen = new Set<string>();
  const open: Node[] = [];
  const arrive = (node: Node, before: readonly HistoryMove[]): void => {
    const { value: state } = node.envelope.snapshot;
    for (const name of goalsOf(state, node.path.history.slice(before.length))) {
      if (!paths.has(name)) paths.set(name, { ...node.path, name, state });
    }
    const mark = signature(node.envelope);
    if (seen.has(mark) || seen.size >= (complete.maxStates ?? 5_000)) return;
    seen.add(mark);
    open.push(node);
  };
  for (const input of causes.inputs) {
    const { envelope, history } = begin(saga, { sagaId: 'path', input, at: 0, actor: 'path' });
    const path = { input, steps: [], history: movesOf(history) };
    arrive(settled(saga, { envelope, at: 0, since: new Map(), path }), []);
  }
  for (let index = 0; index < open.length; index += 1) {
    const node = open[index] as Node;
    if (node.envelope.parked.length > 0) continue;
    for (const cause of [...causes.inside(node.envelope), ...causes.outside(node.envelope)]) {
      const before = cause.type === 'timer' ? whenDue(saga, node, cause) : node;
      const step = before && stepFor(node, before, cause);
      if (!before || !step) continue;
      const next = follow(saga, before, cause, [step]);
      const apart =
        next && isTied(saga, next) ? follow(saga, later(before), cause, [MOMENT, step]) : undefined;
      if (next) arrive(apart && !isTied(saga, apart) ? apart : next, node.path.history);
    }
  }
  return [...paths.values()];
}

/** So long that what is asked for afterwards has its deadline after a timer that was armed before. */
const MOMENT = { do: 'wait', ms: 1 } as const satisfies PathStep;

function later(node: Node): Node {
  return { ...node, at: node.at + MOMENT.ms };
}

/** Where a cause leads; `undefined` where it isn't taken. */
function follow(saga: AnySaga, node: Node, cause: Cause, steps: readonly PathStep[]): Node | undefined {
  const { envelope, history, outcome } = decide(saga, node.envelope, cause, node.at);
  if (outcome !== 'applied') return undefined;
  const moves = [...node.path.history, ...movesOf(history)];
  const path = { ...node.path, steps: [...node.path.steps, ...steps], history: moves };
  return settled(saga, { ...node, envelope, path });
}

/** Whether a step has its deadline in the very moment in which a timer is due, so that nobody knows what comes first. */
function isTied(saga: AnySaga, node: Node): boolean {
  return deadlinesOf(saga, node).some(({ at }) => node.envelope.timers.some(({ dueAt }) => dueAt === at));
}

/** The steps in flight, with when each is given up. */
function deadlinesOf(saga: AnySaga, { envelope, since, at }: Node) {
  return envelope.runs.flatMap((run) => {
    const contract = saga.steps[run.step];
    if (!contract || run.parked || run.answered) return [];
    return [
      { run, contract, at: (since.get(rowKey(run.id, run.visit)) ?? at) + deadlineMsOf(contract, run.role) },
    ];
  });
}

/**
 * The saga in the moment in which a timer is due, with the steps given up whose deadline came before. `undefined` where
 * that or another timer leads elsewhere, where a probe would be asked, and where nobody knows what comes first.
 */
function whenDue(saga: AnySaga, node: Node, { id, visit }: TimerCause): Node | undefined {
  const timer = node.envelope.timers.find((one) => one.id === id && one.visit === visit);
  if (!timer || node.envelope.parked.length > 0) return undefined;
  const { dueAt } = timer;
  if (node.envelope.timers.some((one) => one !== timer && one.dueAt <= dueAt)) return undefined;
  const [first] = deadlinesOf(saga, node).sort((one, other) => one.at - other.at);
  if (!first || first.at > dueAt) return { ...node, at: dueAt };
  if (first.at === dueAt || first.contract.probe) return undefined;
  const { run, at } = first;
  const outcome = { kind: 'unknown' as const, message: 'no answer' };
  const cause: Cause = { type: 'answer', id: run.id, visit: run.visit, outcome, attempts: 1 };
  const { envelope, history } = decide(saga, node.envelope, cause, at);
  const path = { ...node.path, history: [...node.path.history, ...movesOf(history)] };
  return whenDue(saga, settled(saga, { ...node, envelope, at, path }), { type: 'timer', id, visit });
}

/** Of a history, what the machine has done. */
function movesOf(history: readonly HistoryEntry[]): HistoryMove[] {
  return history.filter(({ outcome, from }) => outcome === 'applied' && from !== null);
}

/** The state, and the edges that lead there. */
function goalsOf(state: Json, moves: readonly HistoryMove[]): string[] {
  const edges = moves.map(
    ({ event, from, to }) => `${describeState(from)} -> ${describeState(to)} on ${event}`,
  );
  return [`to ${describeState(state)}`, ...edges];
}

/** As a runner has it whose adapters all say `later()`. */
function settled(saga: AnySaga, node: Node): Node {
  const since = new Map(
    node.envelope.runs.map((run) => {
      const key = rowKey(run.id, run.visit);
      return [key, node.since.get(key) ?? node.at] as const;
    }),
  );
  const fresh = node.envelope.runs.find(
    (run) => !run.awaiting && !run.parked && !run.answered && run.role !== 'probe',
  );
  if (!fresh) return { ...node, since };
  const { id, visit } = fresh;
  const cause: Cause = { type: 'answer', id, visit, outcome: { kind: 'awaiting' }, attempts: 1 };
  const { envelope, history } = decide(saga, node.envelope, cause, node.at);
  // That it answers later is nothing that the machine does; what follows from it may be.
  const moves = movesOf(history).filter(({ event }) => event !== `${fresh.step}.awaiting`);
  const path = { ...node.path, history: [...node.path.history, ...moves] };
  return settled(saga, { ...node, since, envelope, path });
}

/** How a test does it; `undefined` where no test from outside can. */
function stepFor({ envelope, at }: Node, before: Node, cause: Cause): PathStep | undefined {
  if (cause.type === 'event') return { do: 'send', event: cause.event, override: cause.override ?? false };
  if (cause.type === 'timer') return { do: 'wait', ms: before.at - at };
  if (cause.type !== 'answer' || cause.attempts !== 1) return undefined;
  const run = envelope.runs.find(({ id, visit }) => id === cause.id && visit === cause.visit);
  if (run === undefined) return undefined;
  if (run.role === 'probe') return probeStep(envelope, run, cause);
  return { do: 'answer', key: rowKey(cause.id, cause.visit), outcome: cause.outcome };
}

/** A probe is asked by the runner, about a step that was asked for before. */
function probeStep(envelope: Envelope, run: StepRun, { outcome }: AnswerCause): PathStep | undefined {
  const source = findObligation(envelope.obligations, run.target ?? '')?.source;
  if (outcome.kind !== 'done' || !source || !('key' in source)) return undefined;
  const { landed, output } = outcome.output as { landed: boolean; output?: unknown };
  return { do: 'probe', key: source.key, found: landed ? { output } : 'nothing' };
}
