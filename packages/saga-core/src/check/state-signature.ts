import { answerByInput } from '../answer-by-input.js';
import type { Envelope, Obligation, StepRun, StoredSnapshot } from '../envelope.js';
import type { Json, JsonObject } from '../json.js';
import { obligationId } from '../ledger.js';
import { onceForEach } from '../once-for-each.js';
import type { AnySaga } from '../saga-definition.js';
import { rowKey } from '../saga-id.js';
import type { CheckOptions } from './check-options.js';
import { hasMadeNames, mirrored } from './name-swap.js';
import { type Outcomes, outcomesOver, type StepOutputs } from './outcomes-of-step.js';
import { type Part, PartsByName } from './parts-by-name.js';

/** Tells whether two envelopes behave alike: those with the same signature do, as far as the report assumes. */
export type Signature = (envelope: Envelope) => string;

/** The parts of a piece of a state, and those of its mirror image, in which the names that were made are swapped. */
interface Pieces {
  readonly parts: readonly Part[];
  readonly mirror: readonly Part[];
}

/**
 * Makes the signature of a saga's envelopes. Left out are times, visits, history, the order in which obligations
 * were opened, and the keys of the context that are to be ignored. The input of a step counts by what its contract
 * will make of it. Of names that are alike it doesn't count which is which: the parts of each are put in order. Of a
 * state and its mirror image, in which the names that were made for it are swapped, both have the lesser text.
 *
 * @param areMirrored - whether what can happen to a state can happen to its mirror image, too
 */
export function signatureOf(
  saga: AnySaga,
  options: CheckOptions,
  widened: ReadonlySet<string>,
  outputs: StepOutputs,
  areMirrored = false,
): Signature {
  const outcomes = outcomesOver(saga, outputs);
  const leftOut = new Set([...(options.ignore ?? []), ...widened]);
  const byName = new PartsByName(options.alike ?? []);
  // Names in an author's samples are not ours to swap.
  const mirror = !areMirrored || hasMadeNames(options.samples) ? (value: Json) => value : mirrored;
  const piecesOf = (value: Json, where: `${string}_`): Pieces => {
    const parts = byName.of(value, where);
    const twin = mirror(value);
    return { parts, mirror: twin === value ? parts : byName.of(twin, where) };
  };
  const reopens = kindsOpenedUnasked(saga);
  // Envelopes share what no decision has changed, so that most of the work has been done before.
  const ofMachine = new WeakMap<StoredSnapshot, readonly Pieces[]>();
  const ofObligation = new WeakMap<Obligation, Map<boolean, Pieces>>();
  const ofRun = new WeakMap<StepRun, string>();
  const ofText = new Map<string, Pieces>();
  const machinePieces = (snapshot: StoredSnapshot) =>
    onceForEach(ofMachine, snapshot, () => {
      const { value, status, historyValue } = snapshot;
      const context = visibleContext(snapshot, options, leftOut);
      return [piecesOf([value, status, historyValue ?? null], 'm_'), piecesOf(context ?? null, 'c_')];
    });
  const obligationPieces = (one: Obligation, isUnderWay: boolean) =>
    onceForEach(
      onceForEach(ofObligation, one, () => new Map<boolean, Pieces>()),
      isUnderWay,
      () => piecesOf(essenceOfObligation(saga, one, isUnderWay, outcomes), 'o_'),
    );
  const textPieces = (text: string) => onceForEach(ofText, text, () => piecesOf(text, 'b_'));
  return (envelope) => {
    // Nothing follows until a person acts: where and why is all there is to it.
    if (envelope.parked.length > 0)
      return JSON.stringify([envelope.snapshot.value, essenceOfParked(envelope)]);
    const runs = envelope.runs.filter((run) => isWatched(saga, run));
    const { snapshot, obligations, timers, compensation, compensated, pivoted } = envelope;
    const books = [
      ...timers.map(({ id }) => id),
      ...(compensation?.invokes.map(({ id }) => `undoes for ${id}`) ?? []),
      `${compensation !== undefined} ${compensated} ${pivoted}`,
      ...oneOrMore(runs.map((run) => onceForEach(ofRun, run, () => essenceOfRun(saga, run, outcomes)))),
    ];
    const pieces = [
      ...machinePieces(snapshot),
      ...obligations
        .filter((one) => reopens.has(one.kind) || !isOver(one, runs))
        .map((one) => obligationPieces(one, isUnderWay(one, runs))),
      ...books.map(textPieces),
    ];
    const text = byName.join(pieces.flatMap(({ parts }) => parts));
    if (pieces.every(({ parts, mirror }) => parts === mirror)) return text;
    const twin = byName.join(pieces.flatMap(({ mirror }) => mirror));
    return [text, twin].sort()[0] ?? text;
  };
}

/** The part of the context that tells states apart. */
function visibleContext(
  { value, context }: StoredSnapshot,
  { tells }: CheckOptions,
  leftOut: ReadonlySet<string>,
): Json {
  // What an author's function gives is only ever written as text.
  if (tells) return tells(value, context as JsonObject) as Json;
  if (typeof context !== 'object' || context === null || Array.isArray(context)) return context;
  return Object.fromEntries(Object.entries(context).filter(([key]) => !leftOut.has(key)));
}

/**
 * Whether a run can still change anything: one that the machine doesn't wait for only by what it opens or closes, or as a
 * pivot, which takes effect all the same.
 */
export function isWatched({ steps }: AnySaga, run: StepRun): boolean {
  if (run.role === 'undo' || run.role === 'probe' || (run.role === 'invoke' && !run.left)) return true;
  return run.opens !== undefined || run.closes.length > 0 || steps[run.step]?.pivot === true;
}

function essenceOfParked({ parked }: Envelope): Json {
  return parked.map(({ code, key }) => [code, key?.replace(/:\d+$/, '') ?? null]).sort(byText);
}

/**
 * Kinds that can turn up to be open without the machine asking for them: by an event, or by what an undo finds. Of
 * these it counts whether they were open before; all others begin anew when the machine asks for them again.
 */
function kindsOpenedUnasked({ steps, events }: AnySaga): ReadonlySet<string> {
  const undos = new Set(Object.values(steps).map(({ opens }) => opens?.undo));
  return new Set([
    ...Object.values(events).flatMap(({ opens }) => opens?.kind ?? []),
    ...Object.values(steps).flatMap(({ name, opens }) => (undos.has(name) && opens ? [opens.kind] : [])),
  ]);
}

/** Whether it is closed, and no step that was asked for can open it again. */
function isOver(one: Obligation, runs: readonly StepRun[]): boolean {
  if (one.certainty !== 'closed') return false;
  const id = obligationId(one);
  return !runs.some(({ opens }) => opens === id);
}

/** Whether the step that would open it can still answer. */
function isUnderWay({ certainty, source }: Obligation, runs: readonly StepRun[]): boolean {
  if (certainty !== 'maybe' || !('key' in source)) return false;
  return runs.some((run) => rowKey(run.id, run.visit) === source.key);
}

function essenceOfObligation(saga: AnySaga, one: Obligation, isUnderWay: boolean, outcomes: Outcomes): Json {
  const { source, certainty } = one;
  if (certainty === 'closed') {
    // Old news stays old, whoever closed it; of the rest only news of what was never certain opens again.
    const old = one.wasCertain || one.closedBy === 'step' || one.closedBy === 'event';
    return [obligationId(one), 'closed', old ?? false];
  }
  const isProbed =
    certainty === 'maybe' && 'step' in source && !one.probed && (saga.steps[source.step]?.probe ?? false);
  const maybe = certainty === 'maybe' && [isUnderWay, isProbed && outcomes(source.step, source.input)];
  const undo = [one.anew ?? false, one.undo ?? null, essenceOfUndo(saga, one, outcomes)];
  return [
    obligationId(one),
    certainty,
    maybe,
    [...(one.supersedes ?? [])],
    [...(one.maySupersede ?? [])],
    ...undo,
  ];
}

/** What the input and the output of the step that opened it make of its undo: whether it can be asked for, and of what it tells. */
function essenceOfUndo({ steps }: AnySaga, { undo: name, source }: Obligation, outcomes: Outcomes): Json {
  const undo = name === undefined ? undefined : steps[name];
  if (!undo || !('step' in source)) return null;
  const { step, input, output } = source;
  try {
    const made = undo.input.safeParse(steps[step]?.opens?.undoInput?.({ input, output }));
    if (!made.success) return 'unfit';
    const about = [...(undo.opens ? [undo.opens] : []), ...undo.closes];
    return [...about.map(({ instance }) => instance(made.data)), outcomes(undo.name, made.data as Json)];
  } catch {
    return 'unfit';
  }
}

function essenceOfRun({ steps }: AnySaga, run: StepRun, outcomes: Outcomes): string {
  const { id, step, input, role, left, awaiting, parked, answered } = run;
  const { opens, closes, target, tried, unsure, pivots } = run;
  const flags = [left, awaiting, parked, answered, tried ?? false, unsure ?? false, pivots ?? false];
  const contract = steps[step];
  // Inputs tell runs apart by what the contract makes of them: already, and with each output.
  const whens = [contract?.opens?.when, ...(contract?.closes ?? []).map(({ when }) => when)];
  const answers = whens.map((when) => answerByInput(when, input ?? null) ?? null);
  const comes = input === undefined || answered ? null : outcomes(step, input);
  return JSON.stringify([role, id, flags, opens ?? null, closes, target ?? null, answers, comes]);
}

function byText(a: Json, b: Json): number {
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whether there are several equal texts counts, but not how many: there would be no end of them. */
function oneOrMore(texts: readonly string[]): Set<string> {
  return new Set(texts.map((text, index) => (texts.indexOf(text) < index ? `${text} again` : text)));
}
