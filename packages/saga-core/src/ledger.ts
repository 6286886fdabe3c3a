import { answerByInput } from './answer-by-input.js';
import type { Obligation, ObligationSource, StepRun } from './envelope.js';
import type { Json, JsonObject } from './json.js';
import type { AnySaga } from './saga-definition.js';
import { rowKey } from './saga-id.js';
import type { Money, StepContract } from './step.js';

/** The obligations of one saga, open and closed. Every function here returns a new ledger. */
export type Ledger = readonly Obligation[];

/** `kind:instance`. */
export function obligationId(one: { readonly kind: string; readonly instance: string }): string {
  return `${one.kind}:${one.instance}`;
}

/** The obligation of that id, closed ones included. */
export function findObligation(ledger: Ledger, id: string): Obligation | undefined {
  return ledger.find((one) => obligationId(one) === id);
}

/** What is, or may be, open in the world, newest start first. */
export function openObligations(ledger: Ledger): Obligation[] {
  return ledger.filter((one) => one.certainty !== 'closed').sort((a, b) => b.startedAs - a.startedAs);
}

/** Records that a step which opens an obligation is about to run: from now on it may be open. */
export function openMaybe(
  ledger: Ledger,
  opens: { readonly kind: string; readonly instance: string },
  details: Pick<
    Obligation,
    'startedAs' | 'source' | 'undo' | 'supersedes' | 'maySupersede' | 'amount' | 'anew'
  >,
): Ledger {
  const before = findObligation(ledger, obligationId(opens));
  if (before && before.certainty !== 'closed') return ledger;
  const {
    closedBy: _closed,
    probed: _probed,
    supersedes: _would,
    maySupersede: _might,
    anew: _anew,
    ...kept
  } = before ?? { opened: 0 };
  return upsert(ledger, { ...kept, ...opens, ...details, certainty: 'maybe', opened: kept.opened + 1 });
}

/**
 * A step is done: what it opens is certain, unless its contract says that it opened nothing after all; what it
 * closes is closed. News of something that was undone while nobody knew of it opens it again.
 */
export function settleDone(
  ledger: Ledger,
  run: StepRun,
  contract: StepContract,
  output: unknown,
  runs: readonly StepRun[],
): Ledger {
  let next = ledger;
  const opened = run.opens === undefined ? undefined : findObligation(ledger, run.opens);
  if (opened && contract.opens) {
    const input = run.input ?? null;
    const took = contract.opens.when?.({ input, output }) ?? true;
    const amount = contract.opens.amount?.({ input, output });
    const source = new StepSource(contract.name, rowKey(run.id, run.visit), input, output as Json);
    next = took ? confirm(next, opened, source, amount, run.closes) : retract(next, run, 'absent', runs);
  }
  return closeBy(next, run, contract, output, 'step');
}

/** Closes what a run's contract says that it closed; where that depends, its `when` is asked. */
export function closeBy(
  ledger: Ledger,
  run: Pick<StepRun, 'closes' | 'input'>,
  contract: StepContract,
  output: unknown,
  closedBy: 'step' | 'undo',
): Ledger {
  const input = run.input ?? null;
  const closed = run.closes.filter((_, index) => contract.closes[index]?.when?.({ input, output }) ?? true);
  return closed.reduce((next, id) => close(next, id, closedBy), ledger);
}

/** A step was declined. A no that follows an unresolved attempt settles nothing: it stays "maybe". */
export function settleDeclined(
  ledger: Ledger,
  run: StepRun,
  contract: StepContract,
  attempts: number,
  runs: readonly StepRun[],
): Ledger {
  if (attempts > 1 || run.tried) return doubt(ledger, run, contract);
  return retract(ledger, run, 'declined', runs);
}

/** Nobody knows how a step ended. One that was never begun did nothing. */
export function settleUnknown(
  ledger: Ledger,
  run: StepRun,
  contract: StepContract,
  attempts: number,
  runs: readonly StepRun[],
): Ledger {
  if (attempts > 0 || run.tried) return doubt(ledger, run, contract);
  return retract(ledger, run, 'absent', runs);
}

/** A probe said that the step took effect, with its output. */
export function settleProbe(ledger: Ledger, id: string, saga: AnySaga, output: unknown): Ledger {
  const before = findObligation(ledger, id);
  if (!before || !('step' in before.source)) return ledger;
  const { input } = before.source;
  const contract = saga.steps[before.source.step];
  const opens = contract?.opens;
  if (opens?.when && !opens.when({ input, output })) return close(ledger, id, 'absent');
  const source = { ...before.source, output: output as Json };
  const closes = contract?.closes.map(({ kind, instance }) =>
    obligationId({ kind, instance: instance(input) }),
  );
  const found = confirm(ledger, before, source, opens?.amount?.({ input, output }), closes);
  return contract && closes && before.certainty !== 'closed'
    ? closeBy(found, { closes, input }, contract, output, 'step')
    : found;
}

/** What the machine asked for anew is undone like all else from now on: everything, or the one of that id. */
export function forgetAnew(ledger: Ledger, id?: string): Ledger {
  const isMeant = (one: Obligation) => one.anew && (id === undefined || obligationId(one) === id);
  if (!ledger.some(isMeant)) return ledger;
  return ledger.map((one) => {
    if (!isMeant(one)) return one;
    const { anew: _anew, ...rest } = one;
    return rest;
  });
}

/** The obligation has been asked about, to no certain end. */
export function markProbed(ledger: Ledger, id: string): Ledger {
  const before = findObligation(ledger, id);
  return before ? upsert(ledger, { ...before, probed: true }) : ledger;
}

/** Closes an obligation; one that is closed or unknown stays as it is. */
export function close(ledger: Ledger, id: string, closedBy: NonNullable<Obligation['closedBy']>): Ledger {
  const before = findObligation(ledger, id);
  if (!before || before.certainty === 'closed') return ledger;
  return upsert(ledger, {
    ...before,
    certainty: 'closed',
    closedBy,
    wasCertain: before.certainty === 'open',
  });
}

/** What was undone may have come about only afterwards: it is open, and its next undo has a key of its own. */
export function openAgain(ledger: Ledger, id: string): Ledger {
  const before = findObligation(ledger, id);
  return before ? upsert(ledger, { ...before, certainty: 'open', opened: before.opened + 1 }) : ledger;
}

/** An undo found something that nobody knew of: a void that comes upon captured money. */
export function openFound(
  ledger: Ledger,
  opens: { readonly kind: string; readonly instance: string },
  details: Pick<Obligation, 'startedAs' | 'source' | 'undo' | 'amount'>,
): Ledger {
  const before = findObligation(ledger, obligationId(opens));
  if (before) return confirm(ledger, before, before.source, details.amount);
  return upsert(ledger, { ...opens, ...details, certainty: 'open', opened: 1 });
}

/** A public event says that something is open in the world. Old news opens nothing again. */
export function openByEvent(
  ledger: Ledger,
  opens: { readonly kind: string; readonly instance: string; readonly undo: string; readonly amount?: Money },
  source: { readonly event: string; readonly payload: JsonObject },
  startedAs: number,
): Ledger {
  const { kind, instance, undo, amount } = opens;
  const before = findObligation(ledger, obligationId(opens));
  if (before) return confirm(ledger, before, before.source, amount);
  const worth = amount && { amount };
  return upsert(ledger, { kind, instance, certainty: 'open', opened: 1, startedAs, source, undo, ...worth });
}

function confirm(
  ledger: Ledger,
  before: Obligation,
  source: ObligationSource,
  amount: Money | undefined,
  asked: readonly string[] = [],
): Ledger {
  const worth = amount && { amount };
  if (before.certainty !== 'closed') {
    // Whoever it is that brings the news: the step that opened it has done what closes these. Of some its contract
    // is asked with the output.
    const unasked = (ids: readonly string[] = []) => ids.filter((id) => !asked.includes(id));
    const closed = unasked(before.supersedes).reduce((next, id) => close(next, id, 'step'), ledger);
    return upsert(makeDoubtful(closed, unasked(before.maySupersede)), {
      ...before,
      ...worth,
      source,
      certainty: 'open',
    });
  }
  // What was known and then closed is old news, as is what another step has closed in the proper way.
  if (before.wasCertain || before.closedBy === 'step' || before.closedBy === 'event') return ledger;
  // Late news is of what was there before, whatever was asked for since.
  const { closedBy: _closed, probed: _probed, anew: _anew, ...kept } = before;
  return upsert(ledger, { ...kept, ...worth, source, certainty: 'open', opened: before.opened + 1 });
}

/**
 * Takes back a "maybe" that this very run had put there; what others put there stays. Another run in flight that
 * opens the same obligation takes its place as the one that it hangs on.
 */
export function retract(
  ledger: Ledger,
  run: StepRun,
  closedBy: 'absent' | 'declined',
  runs: readonly StepRun[],
): Ledger {
  const opened = run.opens === undefined ? undefined : findObligation(ledger, run.opens);
  const key = rowKey(run.id, run.visit);
  const own = opened && 'key' in opened.source && opened.source.key === key;
  if (!own || opened.certainty !== 'maybe') return ledger;
  const heir = runs.find(
    (other) => other.opens === run.opens && !other.answered && rowKey(other.id, other.visit) !== key,
  );
  if (heir) return upsert(ledger, { ...opened, source: sourceOf(heir) });
  // An earlier round that was known to be open and closed stays known: its news must not open it again.
  return upsert(ledger, { ...opened, certainty: 'closed', closedBy, wasCertain: opened.wasCertain ?? false });
}

/** What the step would have closed may be closed. One that only finds out has changed nothing. */
function doubt(ledger: Ledger, run: StepRun, contract: StepContract): Ledger {
  const doubtful = run.closes.filter(
    (_, index) => answerByInput(contract.closes[index]?.when, run.input ?? null) === true,
  );
  // From now on it hangs on this run: another one's definite no doesn't take it back.
  const hung = ledger.map((one) =>
    one.certainty === 'maybe' && obligationId(one) === run.opens ? { ...one, source: sourceOf(run) } : one,
  );
  return makeDoubtful(hung, doubtful);
}

/** Nobody knows any more whether these are open. */
function makeDoubtful(ledger: Ledger, ids: readonly string[]): Ledger {
  if (ids.length === 0) return ledger;
  return ledger.map((one) =>
    one.certainty === 'open' && ids.includes(obligationId(one))
      ? { ...one, certainty: 'maybe' as const, probed: false }
      : one,
  );
}

function sourceOf(run: StepRun): ObligationSource {
  return new StepSource(run.step, rowKey(run.id, run.visit), run.input ?? null);
}

/** A step that opened an obligation, or is about to. */
export class StepSource {
  declare readonly output?: Json;

  constructor(
    readonly step: string,
    readonly key: string,
    readonly input: Json,
    output?: Json,
  ) {
    if (output !== undefined) this.output = output;
  }
}

function upsert(ledger: Ledger, one: Obligation): Ledger {
  const id = obligationId(one);
  const at = ledger.findIndex((other) => obligationId(other) === id);
  return at < 0 ? [...ledger, one] : ledger.with(at, one);
}
