import type { Cause, EventCause, StepOutcome } from '../cause.js';
import type { Envelope, StepRun } from '../envelope.js';
import type { Json, JsonObject } from '../json.js';
import { findObligation } from '../ledger.js';
import { onceForEach } from '../once-for-each.js';
import { plainCause } from '../plain-outcome.js';
import type { AnySaga } from '../saga-definition.js';
import type { StepContract } from '../step.js';
import { BothWays } from './both-ways.js';
import type { CheckSamples, SamplesFor } from './check-options.js';
import { EventNamings } from './event-namings.js';
import { mirrored } from './name-swap.js';
import { areNamedByNumber } from './named-by-number.js';
import type { StepOutputs } from './outcomes-of-step.js';
import { sampleSchema } from './sample-schema.js';
import { accepts } from './samples/making.js';
import { placeValue } from './samples/place-value.js';
import { isWatched } from './state-signature.js';
import { failureOf } from './unmade/saga-spots.js';
import type { Found } from './unmade/stand-ins.js';
import { UnmadeValues } from './unmade/unmade-values.js';

/** Everything that can happen to a saga as it stands. */
export interface PossibleCauses extends StepOutputs {
  /** Answers of the steps in flight, and timers. */
  inside(envelope: Envelope): Cause[];
  /** Public events: each with each of its samples. */
  outside(envelope: Envelope): EventCause[];
  /** Inputs that start the saga. */
  readonly inputs: readonly unknown[];
  /** Values that had to be made from schemas, and schemas that none could be made from. */
  readonly made: readonly string[];
  /** Those of them in which there is anything: `{}` stands for nothing else. */
  readonly telling: readonly string[];
  readonly missing: readonly string[];
  /** What was not made of schemas that something was made from. */
  readonly unmade: UnmadeValues;
  /** Whether all that was made comes in two that differ in the names alone, so that these can be swapped. */
  readonly areMirrored: boolean;
  /** Functions of contracts that gave the same answer on all values that were made, and what to do about it, for people. */
  oneWay(): readonly string[];
  /** Functions of events that named nothing for all values that were made: `opens.instance of event PAID gives nothing`. */
  nameless(): readonly string[];
}

/**
 * Finds samples for everything that a saga takes from outside.
 *
 * @param found - values that make a difference to what the saga does, and have to be among those that are made
 */
export function possibleCauses(
  saga: AnySaga,
  samples: CheckSamples,
  maxElements?: number,
  found: readonly Found[] = [],
): PossibleCauses {
  const made: string[] = [];
  const telling: string[] = [];
  const missing: string[] = [];
  const numbered = areNamedByNumber(saga);
  const unmade = new UnmadeValues();
  let areMirrored = true;
  const makeFrom = (what: string, schema: Parameters<typeof sampleSchema>[0]) => {
    const onCut = (cut: Parameters<typeof unmade.note>[1]) => unmade.note(what, cut);
    const all = { numbered, onCut, ...(maxElements !== undefined && { maxElements }) };
    const isInput = what === 'input';
    const first = sampleSchema(schema, all);
    // A second thing of each kind: another payment, another order.
    const second = sampleSchema(schema, isInput ? { ...all, apart: true } : { ...all, which: 1 });
    const plain = distinct([...first, ...second]);
    const others = found
      .filter(({ subject }) => subject === what)
      .flatMap(({ path, value }) => placeValue(plain, path, value))
      .filter((value) => accepts(schema, value));
    const values = others.length > 0 ? distinct([...plain, ...others]) : plain;
    areMirrored &&= isInput || JSON.stringify(mirrored(first as Json)) === JSON.stringify(second);
    (values.length > 0 ? made : missing).push(what);
    if (values.length === 0) unmade.forget(what);
    if (values.some(tells)) telling.push(what);
    return values;
  };
  const bothWays = new BothWays();
  const outputs = mapValues(saga.steps, (contract) => {
    const { name, output } = contract;
    const given = samples.outputs?.[name];
    if (given !== undefined) return pick(given, () => []);
    const made = makeFrom(`output of ${name}`, output);
    return bothWays.of(contract, made);
  });
  const events = mapValues(saga.events, ({ schema }, type) =>
    pick(samples.events?.[type], () =>
      type === saga.override ? overridesOf(saga) : makeFrom(`event ${type}`, schema),
    ),
  );
  const inputs = samples.input ?? (saga.input ? makeFrom('input', saga.input) : [undefined]);
  const namings = new EventNamings(saga, (type) => made.includes(`event ${type}`));
  const eventsIn = ({ context, value }: Envelope['snapshot']): EventCause[] =>
    Object.entries(events).flatMap(([type, payloadsFor]) =>
      payloadsFor(context as JsonObject, value).map(
        (payload): EventCause => ({
          type: 'event',
          messageId: type,
          event: { ...(payload as JsonObject), type },
          actor: 'check',
          accepted: false,
          ...(type === saga.override && { override: true as const }),
        }),
      ),
    );
  for (const { name, declines } of Object.values(saga.steps)) {
    const part = (path: string) => ({ path: [path], parts: [{ name: '', paths: [[path]] }], together: 0 });
    const { subject } = failureOf(name);
    if (declines.length > 0 && !samples.details?.[name])
      unmade.note(subject, { ...part('details'), why: 'details' });
    if (!samples.messages?.[name]) unmade.note(subject, { ...part('message'), why: 'message' });
  }
  const inflight = answersByRun(saga, outputs, samples);
  const outsideOf = new WeakMap<object, EventCause[]>();
  return {
    inputs,
    made,
    telling,
    missing,
    unmade,
    areMirrored,
    outputsOf: (step, input) => outputs[step]?.(input) ?? [],
    areByInput: (step) => typeof samples.outputs?.[step] === 'function',
    oneWay: () => bothWays.missed(telling),
    nameless: () => namings.missed(),
    inside: (envelope) => [
      ...envelope.runs
        .filter((run) => !run.parked && !run.answered && isWatched(saga, run))
        .flatMap((run) => inflight(envelope, run)),
      ...envelope.timers.map(({ id, visit }): Cause => ({ type: 'timer', id, visit })),
    ],
    outside: ({ snapshot }) =>
      onceForEach(outsideOf, snapshot, () => {
        const found = eventsIn(snapshot);
        namings.note(found, snapshot.context as JsonObject);
        return found;
      }),
  };
}

/** The answers of a step in flight. Envelopes share the runs that no decision has changed, and then their answers. */
function answersByRun(saga: AnySaga, outputs: Outputs, samples: CheckSamples) {
  const quiet = new WeakMap<StepRun, Cause[]>();
  const undoing = new WeakMap<StepRun, Cause[]>();
  return (envelope: Envelope, run: StepRun): Cause[] => {
    const make = () =>
      answersOf(saga, envelope, { ...run, input: inputOf(envelope, run) }, outputs, samples).map(plainCause);
    // What a probe finds depends on what it asks about.
    return run.role === 'probe' ? make() : onceForEach(envelope.compensation ? undoing : quiet, run, make);
  };
}

/** Nobody knows how the step ended. */
const UNHEARD = { kind: 'unknown' as const, message: 'no answer' };

type Outputs = Readonly<Record<string, (input: Json) => readonly unknown[]>>;

function answersOf(
  saga: AnySaga,
  envelope: Envelope,
  run: StepRun,
  outputs: Outputs,
  samples: CheckSamples,
): Cause[] {
  const contract = saga.steps[run.step];
  if (!contract) return [];
  const answer = (outcome: StepOutcome, attempts = 1): Cause => ({
    type: 'answer',
    id: run.id,
    visit: run.visit,
    attempts,
    outcome,
  });
  const values = outputs[run.step]?.(run.input ?? null) ?? [];
  const told = run.left || run.role !== 'invoke' ? tellingApart(contract, run, values) : values;
  const done = told.map((output) => ({ kind: 'done' as const, output }));
  if (run.role === 'probe') {
    const found = told.map((output) => ({ kind: 'done' as const, output: { landed: true, output } }));
    return [...found, { kind: 'done' as const, output: { landed: false } }].map((one) => answer(one));
  }
  const acts = run.opens !== undefined || run.closes.length > 0;
  // An undo that fails parks, in plain sight: nothing follows from that until a person acts.
  if (run.role === 'undo') return done.map((one) => answer(one));
  if (run.role === 'action') {
    // One that fails parks its row alone. One that never began has done as little as one that is declined.
    const failed = failures(contract, samples);
    const isDeclined = failed.some(({ kind }) => kind === 'declined');
    return [
      ...[...done, ...failed].map((one) => answer(one)),
      ...(isDeclined ? [] : [answer(UNHEARD, 0)]),
      ...(acts && !run.awaiting && envelope.compensation ? [answer({ kind: 'awaiting' })] : []),
    ];
  }
  if (run.left) return [...done.map((one) => answer(one)), ...unheard(contract, run, answer)];
  const failed = failures(contract, samples);
  const declined = failed.filter(({ kind }) => kind === 'declined');
  return [
    ...[...done, ...failed].map((one) => answer(one)),
    // A no after an attempt whose answer was lost; a step that was stopped before it began.
    ...(acts ? declined.map((one) => answer(one, 2)) : []),
    ...(acts && !run.awaiting ? [answer(UNHEARD, 0)] : []),
    // That an answer comes later makes a difference only where something could wait for it.
    ...(acts && !run.awaiting && envelope.compensation ? [answer({ kind: 'awaiting' })] : []),
  ];
}

/** That it is declined, or that nobody knows; also with what the author's samples say of it. */
function failures({ name, declines }: StepContract, given: CheckSamples): StepOutcome[] {
  const codes = given.declines?.[name] ?? declines;
  const details = given.details?.[name] ?? [];
  const messages = given.messages?.[name] ?? [];
  return [
    ...codes.flatMap((code) => [
      { kind: 'declined' as const, code },
      ...details.map((one) => ({ kind: 'declined' as const, code, details: one })),
    ]),
    UNHEARD,
    ...messages.map((message) => ({ kind: 'unknown' as const, message })),
  ];
}

/**
 * Failures of a step that the machine has left, so that only the ledger hears of them. It took effect or it didn't, or
 * nobody knows: a no and a step that was stopped before it began are one, as are all ways of not knowing.
 */
function unheard(
  { declines }: StepContract,
  run: StepRun,
  answer: (outcome: StepOutcome, attempts?: number) => Cause,
): Cause[] {
  const [code] = declines;
  return [
    ...(code === undefined ? [] : [answer({ kind: 'declined', code })]),
    answer(UNHEARD),
    ...(code === undefined && !run.awaiting ? [answer(UNHEARD, 0)] : []),
    ...(run.awaiting ? [] : [answer({ kind: 'awaiting' })]),
  ];
}

function inputOf({ obligations }: Envelope, run: StepRun): Json {
  const asked = run.role === 'probe' ? findObligation(obligations, run.target ?? '') : undefined;
  return (asked && 'step' in asked.source ? asked.source.input : run.input) ?? null;
}

/** Of outputs that the machine doesn't see, one for each thing that the contract makes of them. */
function tellingApart(contract: StepContract, run: StepRun, values: readonly unknown[]): unknown[] {
  const input = run.input ?? null;
  const byVerdict = new Map<string, unknown>();
  for (const output of values) {
    const tests = [contract.opens?.when, ...contract.closes.map(({ when }) => when)];
    const verdict = tests.map((when) => when?.({ input, output }) ?? true).join();
    if (!byVerdict.has(verdict)) byVerdict.set(verdict, output);
  }
  return [...byVerdict.values()];
}

/** An override to every top-level state, with and without force. */
function overridesOf(saga: AnySaga): JsonObject[] {
  return Object.keys(saga.machine.states).flatMap((to) =>
    [false, true].map((force) => ({ to, reason: 'by hand', force })),
  );
}

/** Whether there is anything in a value. */
function tells(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return value !== undefined && value !== null;
  return Object.keys(value).length > 0;
}

function distinct(values: readonly unknown[]): unknown[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value] as const)).values()];
}

function pick<Known extends readonly unknown[]>(
  given: SamplesFor<Known> | undefined,
  make: () => readonly unknown[],
): (...known: Known) => readonly unknown[] {
  if (typeof given === 'function') return given;
  const values = given ?? make();
  return () => values;
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, key: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
