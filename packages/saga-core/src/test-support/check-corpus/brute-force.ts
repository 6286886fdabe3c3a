import { begin, type Cause, type Decision, decide, type Envelope, type StepOutcome } from '../../index.js';
import type { AnySaga } from '../../saga-definition.js';
import { BruteJudge } from './brute-judge.js';
import type { BruteNode } from './brute-node.js';
import type { BruteVerdict } from './brute-verdict.js';

const MOST_LEFT = 2;

/**
 * Tries everything on a saga without guards and samples, by `decide` alone, and judges for itself. It keeps deferred
 * events, takes every order, and knows of no likeness of states but equal books. Shares no code with the check.
 *
 * @param mostNodes - where there are more, it gives up and says nothing
 */
export function bruteForce(saga: AnySaga, mostNodes: number): BruteVerdict | undefined {
  const judge = new BruteJudge(saga);
  const nodes = new Map<string, BruteNode>();
  const queue: BruteNode[] = [];
  const visit = (decision: Decision, depth: number, passed: boolean): BruteNode => {
    const { envelope } = decision;
    const name = `${nameOf(envelope)} ${passed}`;
    const before = nodes.get(name);
    if (before) return before;
    const node: BruteNode = { envelope, depth, passed, next: new Map(), cut: false };
    nodes.set(name, node);
    queue.push(node);
    return node;
  };
  const first = begin(saga, { sagaId: 'brute', input: undefined, at: 0, actor: 'brute' });
  judge.onDecision(undefined, undefined, first, false);
  visit(first, 0, false);
  for (let index = 0; index < queue.length; index += 1) {
    if (nodes.size > mostNodes) return undefined;
    const node = queue[index] as BruteNode;
    const { envelope, depth, next } = node;
    if (envelope.parked.length > 0) continue;
    judge.onNode(node);
    for (const cause of causesFor(saga, envelope)) {
      const passed = node.passed || isPivotPassed(saga, envelope, cause);
      const decision = decide(saga, envelope, cause, 0);
      judge.onDecision(node, cause, decision, passed);
      if (decision.envelope.runs.filter(({ left }) => left).length > MOST_LEFT) node.cut = true;
      else {
        const led = visit(decision, depth + 1, passed);
        const taken = decision.history.flatMap((one) => (one.outcome === 'applied' ? [one.event] : []));
        next.set(led, next.get(led)?.filter((event) => taken.includes(event)) ?? taken);
      }
    }
  }
  return judge.end([...nodes.values()]);
}

/** Whether a pivot is done by this, or is lost without a trace: then nobody will ever know whether it took effect. */
function isPivotPassed(saga: AnySaga, { runs, compensation, compensated }: Envelope, cause: Cause): boolean {
  if (cause.type !== 'answer') return false;
  const run = runs.find(({ id, visit }) => id === cause.id && visit === cause.visit);
  const contract = saga.steps[run?.step ?? ''];
  if (run?.role !== 'invoke' || !contract?.pivot) return false;
  const { outcome, attempts } = cause;
  // While everything is undone, its own undo takes it back as well; later, it is undone by itself.
  const isTakenBack = compensation !== undefined || (run.left && compensated);
  if (outcome.kind === 'done') return contract.opens?.undo === undefined || !isTakenBack;
  if (contract.opens !== undefined) return false;
  return (outcome.kind === 'unknown' && attempts > 0) || (outcome.kind === 'declined' && attempts > 1);
}

function causesFor(saga: AnySaga, envelope: Envelope): Cause[] {
  const causes: Cause[] = [];
  for (const { id, visit, step, role, awaiting } of envelope.runs) {
    const add = (outcome: StepOutcome, attempts = 1) =>
      causes.push({ type: 'answer', id, visit, outcome, attempts });
    if (role === 'probe') {
      add({ kind: 'done', output: { landed: true, output: {} } });
      add({ kind: 'done', output: { landed: false } });
      continue;
    }
    add({ kind: 'done', output: {} });
    if (role === 'undo') continue;
    for (const attempts of [1, 2]) {
      for (const code of saga.steps[step]?.declines ?? []) add({ kind: 'declined', code }, attempts);
    }
    // What has said that it answers later has begun.
    for (const attempts of awaiting ? [1] : [0, 1]) add({ kind: 'unknown', message: '' }, attempts);
    if (!awaiting) add({ kind: 'awaiting' });
  }
  for (const { id, visit } of envelope.timers) causes.push({ type: 'timer', id, visit });
  for (const type of Object.keys(saga.events)) {
    if (envelope.deferred.some(({ event }) => event.type === type)) continue;
    causes.push({ type: 'event', messageId: type, event: { type }, actor: 'brute', accepted: false });
  }
  return causes;
}

/** The books, with visits counted from the oldest that is still in them. */
function nameOf({
  snapshot,
  obligations,
  runs,
  timers,
  deferred,
  parked,
  compensation,
  compensated,
  pivoted,
}: Envelope): string {
  const keys = runs.map(({ id, visit }) => `${id}:${visit}`);
  const world = obligations.map((one) => [
    one.kind,
    one.certainty,
    one.probed,
    one.closedBy,
    one.wasCertain,
    one.supersedes,
    one.maySupersede,
    one.anew,
    'key' in one.source ? keys.indexOf(one.source.key) : one.source.event,
    'step' in one.source && one.source.step,
  ]);
  const flying = runs.map(({ visit: _visit, ...run }) => run);
  return JSON.stringify([
    snapshot.value,
    snapshot.status,
    world,
    flying,
    timers.map(({ id }) => id),
    deferred.map(({ event }) => event.type),
    parked.map(({ code }) => code),
    compensation?.invokes.length,
    compensated,
    pivoted,
  ]);
}
