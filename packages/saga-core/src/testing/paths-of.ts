import type { AnswerCause, Cause, EventCause } from '../cause.js';
import type { CheckOptions } from '../check/check-options.js';
import { describeState } from '../check/describe-cause.js';
import { possibleCauses } from '../check/possible-causes.js';
import { signatureOf } from '../check/state-signature.js';
import { checkOptionsOf } from '../check/with-check-options.js';
import { begin, decide } from '../decide.js';
import type { Decision } from '../decision.js';
import type { Envelope, StepRun } from '../envelope.js';
import type { Json } from '../json.js';
import { findObligation } from '../ledger.js';
import type { AnySaga } from '../saga-definition.js';
import { rowKey } from '../saga-id.js';
import { deadlineMsOf } from '../step.js';

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
  const arrive = (decision: Decision, node: Node): void => {
    for (const goal of goalsOf(decision)) {
      if (!paths.has(goal))
        paths.set(goal, { ...node.path, name: goal, state: decision.envelope.snapshot.value });
    }
    const mark = signature(node.envelope);
    if (seen.has(mark) || seen.size >= (complete.maxStates ?? 5_000)) return;
    seen.add(mark);
    open.push(node);
  };
  for (const input of causes.inputs) {
    const decision = begin(saga, { sagaId: 'path', input, at: 0, actor: 'path' });
    arrive(
      decision,
      settled(saga, { envelope: decision.envelope, at: 0, since: new Map(), path: { input, steps: [] } }),
    );
  }
  for (let index = 0; index < open.length; index += 1) {
    const node = open[index] as Node;
    if (node.envelope.parked.length > 0) continue;
    for (const cause of [...causes.inside(node.envelope), ...causes.outside(node.envelope)]) {
      const step = stepFor(saga, node, cause);
      if (!step) continue;
      const at = node.at + (step.do === 'wait' ? step.ms : 0);
      const decision = decide(saga, node.envelope, cause, at);
      if (decision.outcome !== 'applied') continue;
      const path = { ...node.path, steps: [...node.path.steps, step] };
      arrive(decision, settled(saga, { envelope: decision.envelope, at, since: node.since, path }));
    }
  }
  return [...paths.values()];
}

/** The states and edges that a decision shows. */
function goalsOf({ history, envelope }: Decision): string[] {
  const edges = history
    .filter(({ outcome, from }) => outcome === 'applied' && from !== null)
    .map(({ event, from, to }) => `${describeState(from)} -> ${describeState(to)} on ${event}`);
  return [`to ${describeState(envelope.snapshot.value)}`, ...edges];
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
  return settled(saga, { ...node, since, envelope: decide(saga, node.envelope, cause, node.at).envelope });
}

/** How a test does it; `undefined` where no test from outside can. */
function stepFor(saga: AnySaga, { envelope, at, since }: Node, cause: Cause): PathStep | undefined {
  if (cause.type === 'event') return { do: 'send', event: cause.event, override: cause.override ?? false };
  if (cause.type === 'timer') {
    const due =
      envelope.timers.find(({ id, visit }) => id === cause.id && visit === cause.visit)?.dueAt ?? at;
    const earlier = envelope.timers.some(({ id, dueAt }) => id !== cause.id && dueAt <= due);
    const runsOut = envelope.runs.some((run) => {
      const contract = saga.steps[run.step];
      return (
        contract && (since.get(rowKey(run.id, run.visit)) ?? at) + deadlineMsOf(contract, run.role) <= due
      );
    });
    return earlier || runsOut ? undefined : { do: 'wait', ms: due - at };
  }
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
