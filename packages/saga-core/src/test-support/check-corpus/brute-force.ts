import {
  begin,
  type Cause,
  type Decision,
  decide,
  type Envelope,
  isSettled,
  type StepOutcome,
} from '../../index.js';
import type { AnySaga } from '../../saga-definition.js';

/** What {@link bruteForce} says of a saga; `undefined` where there was more of it than it looks at. */
export interface Verdict {
  readonly sound: boolean;
  /** Why not, for people who compare. */
  readonly wrong: readonly string[];
  /** How many things happen before the first parked saga with something left open. */
  readonly leakAfter: number | undefined;
}

interface Node {
  readonly envelope: Envelope;
  readonly depth: number;
  readonly next: Set<string>;
}

const MOST_NODES = 300;
const MOST_LEFT = 2;

/**
 * Tries everything on a saga without guards and samples, by `decide` alone, and judges for itself. It keeps deferred
 * events, takes every order, and knows of no likeness of states but equal books. Shares no code with the check.
 */
export function bruteForce(saga: AnySaga): Verdict | undefined {
  const wrong = new Set<string>();
  let leakAfter: number | undefined;
  const first = begin(saga, { sagaId: 'brute', input: undefined, at: 0, actor: 'brute' });
  const nodes = new Map<string, Node>();
  const queue: Node[] = [];
  const visit = (decision: Decision, depth: number, cause?: Cause): string => {
    const { envelope } = decision;
    const name = nameOf(envelope);
    for (const { code } of envelope.parked) {
      if (code === 'OBLIGATION_LEFT_OPEN') leakAfter ??= depth;
      const lost = cause?.type === 'answer' && cause.outcome.kind === 'unknown' && envelope.pivoted;
      if (code !== 'STEP_ERROR_UNHANDLED' || !lost)
        wrong.add(`${code} in ${JSON.stringify(envelope.snapshot.value)}`);
    }
    if (!nodes.has(name)) {
      const node = { envelope, depth, next: new Set<string>() };
      nodes.set(name, node);
      queue.push(node);
    }
    return name;
  };
  visit(first, 0);
  for (let node = queue.shift(); node; node = queue.shift()) {
    if (nodes.size > MOST_NODES) return undefined;
    const { envelope, depth, next } = node;
    if (envelope.parked.length > 0) continue;
    if (waitsForEver(saga, envelope)) wrong.add(`waits in ${JSON.stringify(envelope.snapshot.value)}`);
    for (const cause of causesFor(saga, envelope)) {
      const decision = decide(saga, envelope, cause, 0);
      if (cause.type === 'event' && decision.reason === 'NOT_HANDLED')
        wrong.add(`${cause.event.type} in ${JSON.stringify(envelope.snapshot.value)}`);
      if (decision.envelope.runs.filter(({ left }) => left).length > MOST_LEFT) continue;
      next.add(visit(decision, depth + 1, cause));
    }
  }
  for (const { envelope } of stuck(saga, nodes))
    wrong.add(`stuck in ${JSON.stringify(envelope.snapshot.value)}`);
  return { sound: wrong.size === 0, wrong: [...wrong], leakAfter };
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
    for (const attempts of [0, 1]) add({ kind: 'unknown', message: '' }, attempts);
    if (!awaiting) add({ kind: 'awaiting' });
  }
  for (const { id, visit } of envelope.timers) causes.push({ type: 'timer', id, visit });
  for (const type of Object.keys(saga.events)) {
    if (envelope.deferred.some(({ event }) => event.type === type)) continue;
    causes.push({ type: 'event', messageId: type, event: { type }, actor: 'brute', accepted: false });
  }
  return causes;
}

function waitsForEver(saga: AnySaga, envelope: Envelope): boolean {
  const { runs, timers, compensation } = envelope;
  const moves = runs.some(({ left }) => !left) || timers.length > 0 || compensation !== undefined;
  return !moves && !restsNow(saga, envelope);
}

/** At rest, perhaps with something open that is about to be settled. */
function restsNow(saga: AnySaga, { snapshot }: Envelope): boolean {
  return saga.machine.states[String(snapshot.value)]?.tags.includes('rest') ?? false;
}

function stuck(saga: AnySaga, nodes: ReadonlyMap<string, Node>): Node[] {
  const good = new Set(
    [...nodes].filter(([, { envelope }]) => isSettled(saga, envelope)).map(([name]) => name),
  );
  for (let grown = true; grown; ) {
    grown = false;
    for (const [name, { next }] of nodes) {
      if (good.has(name) || ![...next].some((one) => good.has(one))) continue;
      good.add(name);
      grown = true;
    }
  }
  const cut = ({ envelope }: Node) => envelope.runs.filter(({ left }) => left).length >= MOST_LEFT;
  return [...nodes]
    .filter(([name, node]) => !good.has(name) && node.envelope.parked.length === 0 && !cut(node))
    .map(([, node]) => node);
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
