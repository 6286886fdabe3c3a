import type { Envelope, Obligation } from './envelope.js';
import { assertJson, type JsonObject } from './json.js';
import { obligationId, openObligations } from './ledger.js';
import type { Live } from './live.js';
import type { ObligationView, SagaStatus, SagaView, StepView, WhatNext } from './runner-contract.js';
import type { AnySaga } from './saga-definition.js';
import { isAtRest, leftOpen } from './settle-rest.js';
import { isTaggedRest, topLevelOf } from './state-value.js';
import { isCompensating } from './steps-in-flight.js';
import { restore, selects } from './xstate-seam.js';

/** The first that fits: parked, compensating, at rest, running. @throws SagaError `SNAPSHOT_INVALID` */
export function sagaStatus(saga: AnySaga, envelope: Envelope): SagaStatus {
  return statusOf(envelope, liveOf(saga, envelope));
}

/** At rest, with nothing open that the end doesn't keep, and not parked. */
export function isSettled(saga: AnySaga, envelope: Envelope): boolean {
  const live = liveOf(saga, envelope);
  return (
    statusOf(envelope, live) === 'rest' && leftOpen({ obligations: envelope.obligations, live }).length === 0
  );
}

/** What the saga can be found by, made from its context. @throws what the definition's function throws */
export function attributesOf(saga: AnySaga, envelope: Envelope): JsonObject {
  const attributes = saga.attributes?.(envelope.snapshot.context) ?? {};
  assertJson(attributes, `attributes of saga '${saga.name}'`);
  return attributes;
}

/** What the store knows of a saga beside its envelope. */
export interface StoredBeside {
  readonly steps: readonly StepView[];
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The saga as people see it. */
export function viewSaga(saga: AnySaga, envelope: Envelope, beside: StoredBeside): SagaView {
  const live = liveOf(saga, envelope);
  const status = statusOf(envelope, live);
  return {
    id: envelope.sagaId,
    saga: envelope.saga,
    version: envelope.version,
    status,
    settled: status === 'rest' && leftOpen({ ...envelope, live }).length === 0,
    state: envelope.snapshot.value,
    context: envelope.snapshot.context,
    attributes: attributesOf(saga, envelope),
    parked: envelope.parked,
    steps: beside.steps,
    openObligations: openObligations(envelope.obligations).toReversed().map(viewObligation),
    timers: timersOf(envelope),
    waitingFor: waitingFor(saga, envelope, live),
    createdAt: beside.createdAt,
    updatedAt: beside.updatedAt,
  };
}

/** What the saga waits for, until when, what can move it, and what would be undone if it failed now. */
export function whatNext(saga: AnySaga, envelope: Envelope): WhatNext {
  const live = liveOf(saga, envelope);
  return {
    waitingFor: waitingFor(saga, envelope, live),
    timers: timersOf(envelope),
    events: possibleEvents(saga, live),
    overrides: possibleOverrides(saga, envelope, live),
    wouldUndo: compensationPreview(saga, envelope),
  };
}

/** What compensation would undo now, newest start first, as it would. At rest, what the end keeps stays. */
export function compensationPreview(saga: AnySaga, envelope: Envelope): ObligationView[] {
  const live = liveOf(saga, envelope);
  const isAsked = (envelope.compensation?.invokes.length ?? 0) > 0;
  const staysAtRest = statusOf(envelope, live) !== 'running' && !isAsked && isTaggedRest(live.nodes);
  const open = staysAtRest ? leftOpen({ ...envelope, live }) : openObligations(envelope.obligations);
  return open.map(viewObligation);
}

function liveOf(saga: AnySaga, envelope: Envelope): Live {
  return restore(saga.machine, envelope.snapshot);
}

function statusOf(envelope: Envelope, live: Live): SagaStatus {
  if (envelope.parked.length > 0) return 'parked';
  if (isCompensating(envelope)) return 'compensating';
  const { compensation, runs } = envelope;
  return isAtRest({ live, runs, ...(compensation && { compensation }) }) ? 'rest' : 'running';
}

function viewObligation(one: Obligation): ObligationView {
  const { kind, instance, certainty, source, undo, amount } = one;
  return {
    id: obligationId(one),
    kind,
    instance,
    certainty: certainty === 'open' ? 'open' : 'maybe',
    step: 'step' in source ? source.step : source.event,
    ...(undo !== undefined && { undo }),
    ...(amount && { amount }),
  };
}

function timersOf(envelope: Envelope): SagaView['timers'] {
  return envelope.timers.map(({ id, dueAt }) => ({ id, dueAt })).sort((a, b) => a.dueAt - b.dueAt);
}

function waitingFor(saga: AnySaga, envelope: Envelope, live: Live): string[] {
  if (envelope.parked.length > 0) return ['a person: retry or skip'];
  const steps = envelope.runs.filter((run) => !run.left).map((run) => `step ${run.id}`);
  const events = possibleEvents(saga, live).map(({ event }) => `event ${event}`);
  return [...steps, ...timersOf(envelope).map(({ id }) => `timer ${id}`), ...new Set(events)];
}

/** Public events with a transition to somewhere from here, whatever their guards say. */
function possibleEvents(saga: AnySaga, live: Live): { event: string; to: string }[] {
  const found = new Map<string, { event: string; to: string }>();
  for (const type of Object.keys(saga.events)) {
    if (type === saga.override) continue;
    for (const node of live.nodes) {
      for (const { target } of node.transitions.get(type) ?? []) {
        const to = target?.[0] && topLevelOf(target[0]);
        if (to !== undefined) found.set(`${type} ${to}`, { event: type, to });
      }
    }
  }
  return [...found.values()];
}

function possibleOverrides(saga: AnySaga, envelope: Envelope, live: Live): WhatNext['overrides'] {
  const type = saga.override;
  if (type === undefined || envelope.pivoted || envelope.parked.length > 0) return [];
  const goesTo = (to: string, force: boolean) => {
    try {
      return selects(saga.machine, live, { type, to, reason: '', force } as { type: string }) === 'some';
    } catch {
      // A guard that throws lets nobody through; the override itself says what it threw.
      return false;
    }
  };
  const states = Object.keys(saga.machine.states);
  return states
    .map((to) => ({ to, needsForce: !goesTo(to, false) }))
    .filter(({ to, needsForce }) => !needsForce || goesTo(to, true));
}
