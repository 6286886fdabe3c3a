import type { HistoryEntry, Obligation, SagaView, WhatNext } from '@countermand/saga-core';
import type { UndeliveredEvent } from './inspection.js';
import { stateText } from './list-command.js';
import { oneLine, textTable, timeText } from './text-table.js';

/** What `countermand show` tells of a saga. */
export interface ShownSaga extends SagaView {
  /** What is open in the world, or may be. */
  readonly open: readonly Obligation[];
  /** Published, and not taken by a subscription yet. */
  readonly undelivered: readonly UndeliveredEvent[];
  /** The last lines. */
  readonly history: readonly HistoryEntry[];
  readonly historyLength: number;
  /** Where its definition is known. */
  readonly next?: WhatNext;
}

/** A saga for people. */
export function renderSaga(saga: ShownSaga, module = 'MODULE'): string {
  return [
    textTable([
      ['saga', `${saga.id}, ${saga.saga} version ${saga.version}`],
      ['status', saga.status === 'rest' && saga.settled ? 'rest, settled' : saga.status],
      ['state', stateText(saga.state)],
      ['began', `${timeText(saga.createdAt)} UTC`],
      ['moved', `${timeText(saga.updatedAt)} UTC`],
      ...Object.entries(saga.attributes).map(([name, value]) => [name, JSON.stringify(value)]),
    ]),
    parkedPart(saga, module),
    part(
      'steps',
      saga.steps.map(({ key, name, role, status, attempts, error }) => [
        key,
        role === 'invoke' || role === 'action' ? name : `${role} ${name}`,
        status,
        `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`,
        oneLine(error ?? ''),
      ]),
    ),
    part(
      'open in the world',
      saga.open.map(({ kind, instance, certainty, source, undo }) => [
        `${kind}:${instance}`,
        certainty,
        `by ${'step' in source ? source.step : source.event}`,
        undo === undefined ? 'no way back' : `undone by ${undo}`,
      ]),
    ),
    part(
      'timers',
      saga.timers.map(({ id, dueAt }) => [timerName(id), `${timeText(dueAt)} UTC`]),
    ),
    part(
      'published, not taken yet',
      saga.undelivered.map(({ sequence, type, subscription, attempts, error }) => [
        String(sequence),
        type,
        `by ${subscription}`,
        `${attempts} ${attempts === 1 ? 'attempt' : 'attempts'}`,
        oneLine(error ?? ''),
      ]),
    ),
    nextPart(saga.next),
    historyPart(saga),
  ]
    .filter(Boolean)
    .join('\n');
}

function part(title: string, rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? '' : `${title}\n${textTable(rows, '  ')}`;
}

function parkedPart({ id, parked, steps }: ShownSaga, module: string): string {
  const stopped = steps.filter(({ status }) => status === 'parked');
  if (parked.length + stopped.length === 0) return '';
  const rows = parked.map(({ code, key, message }) => [code, key ?? '', oneLine(message)]);
  const listed = new Set(parked.map(({ key }) => key));
  const others = stopped
    .filter(({ key }) => !listed.has(key))
    .map(({ key, error }) => ['STEP_PARKED', key, oneLine(error ?? '')]);
  const skip = stopped.map(({ key }) => `  countermand skip ${module} ${id} --step ${key} --reason WHY\n`);
  const retry = `  countermand retry ${module} ${id} --reason WHY\n`;
  return `${part('parked because', [...rows, ...others])}  to go on:\n  ${retry}${skip.map((line) => `  ${line}`).join('')}`;
}

function nextPart(next: WhatNext | undefined): string {
  if (!next) return '';
  return [
    part(
      'waits for',
      next.waitingFor.map((one) => [one]),
    ),
    part(
      'if it failed now',
      next.wouldUndo.map(({ id, undo }) => [id, undo === undefined ? 'no way back' : `undone by ${undo}`]),
    ),
  ]
    .filter(Boolean)
    .join('\n');
}

function historyPart({ history, historyLength }: ShownSaga): string {
  const left = historyLength - history.length;
  const title = left > 0 ? `history (the last ${history.length} of ${historyLength})` : 'history';
  const rows = history.map(({ seq, at, event, outcome, reason, from, to, actor }) => [
    String(seq),
    timeText(at),
    event,
    wayText(from, to),
    outcome === 'applied' ? '' : outcome,
    actor,
    oneLine(reason ?? ''),
  ]);
  return part(title, rows);
}

function wayText(from: unknown, to: unknown): string {
  const [before, after] = [from, to].map(stateText);
  // What begins comes from nowhere.
  const isNew = typeof from === 'object' && (from === null || Object.keys(from).length === 0);
  return isNew || before === after ? `${after}` : `${before} -> ${after}`;
}

function timerName(id: string): string {
  return /^xstate\.after\.([^.]+)\./.exec(id)?.[1] ?? id;
}
