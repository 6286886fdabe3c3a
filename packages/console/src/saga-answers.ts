import type { SearchPage } from '@countermand/runner-postgres';
import type { AnySaga, SagaView } from '@countermand/saga-core';
import { machineGraph } from '@countermand/saga-core';
import { ConsoleError } from './console-error.js';
import type { ConsoleParts, ConsoleRunner } from './console-options.js';
import { handEvents } from './hand-events.js';
import { redactAttributes, redactError, redactStory } from './redact.js';
import type { MachineAnswer, MachinesAnswer, SagaAnswer, SagaRow, SagasAnswer } from './wire.js';

type Parts = ConsoleParts;

/** A page of the list. */
export function sagasAnswer({ redact }: Parts, { items, cursor, lookedBackTo }: SearchPage): SagasAnswer {
  return {
    items: items.map((view) => rowOf(view, redact)),
    cursor: cursor ?? null,
    ...(lookedBackTo !== undefined && { lookedBackTo }),
  };
}

function rowOf(view: SagaView, redact: Parts['redact']): SagaRow {
  const { id, saga, version, status, settled, state, parked, waitingFor, timers, createdAt, updatedAt } =
    view;
  const stepOf = (key: string | undefined) => view.steps.find((step) => step.key === key)?.name;
  return {
    ...{ id, saga, version, status, settled, state, waitingFor, timers, createdAt, updatedAt },
    attributes: redactAttributes(saga, view.attributes, redact),
    // What an adapter answered raw is in no list.
    parked: parked.map(({ raw: _raw, ...reason }) => ({
      ...reason,
      message: redactError(saga, reason.message, redact, stepOf(reason.key)),
    })),
  };
}

/** Everything about one saga. @throws ConsoleError 404 */
export async function sagaAnswer({ runner, redact }: Parts, id: string): Promise<SagaAnswer> {
  const view = await runner.get(id);
  const story = view && (await runner.inspect.tell(id));
  if (!view || !story) throw new ConsoleError(404, 'SAGA_NOT_FOUND', `There is no saga ${id}.`);
  const { saga: name, version } = view;
  const saga = definitionOf(runner, name, version);
  return {
    now: Date.now(),
    view: {
      ...view,
      ...rowOf(view, redact),
      steps: view.steps.map((step) => ({
        ...step,
        ...(step.error !== undefined && { error: redactError(name, step.error, redact, step.name) }),
      })),
      context: redact(JSON.parse(JSON.stringify(view.context)), { saga: name, part: 'context' }),
    },
    ...(saga && { graph: machineGraph(saga), next: await runner.whatNext(id) }),
    byHand: saga ? handEvents(saga) : [],
    story: redactStory(name, story, redact),
    neighbours: (await runner.inspect.neighbours(id)).map((one) => ({
      ...one,
      shared: redactAttributes(one.saga, one.shared, redact),
    })),
    undelivered: (await runner.inspect.undelivered(id)).map((event) => ({
      ...event,
      ...(event.error !== undefined && { error: redactError(name, event.error, redact, event.type) }),
    })),
  };
}

/** Every machine that the runner knows, newest version first. */
export async function machinesAnswer({ runner, lists }: Parts): Promise<MachinesAnswer> {
  const names = [...new Set(runner.inspect.sagas.map(({ name }) => name))];
  const items = names.map(async (name) => ({
    name,
    versions: versionsOf(runner, name),
    survey: await lists.states({ name }, { sample: 100 }),
  }));
  return { items: await Promise.all(items) };
}

/** One machine with how many sagas are where. @throws ConsoleError 404 */
export async function machineAnswer(
  { runner, lists }: Parts,
  name: string,
  wanted: string | undefined,
): Promise<MachineAnswer> {
  const versions = versionsOf(runner, name);
  const version = wanted === undefined ? versions[0] : Number(wanted);
  const saga = version === undefined ? undefined : definitionOf(runner, name, version);
  if (!saga)
    throw new ConsoleError(404, 'SAGA_UNKNOWN', `No machine '${name}' of that version is known here.`);
  return { versions, graph: machineGraph(saga), survey: await lists.states({ name }) };
}

/** The definition of a saga, where the runner knows it. */
export function definitionOf(runner: ConsoleRunner, name: string, version: number): AnySaga | undefined {
  return runner.inspect.sagas.find((saga) => saga.name === name && saga.version === version);
}

function versionsOf(runner: ConsoleRunner, name: string): number[] {
  const versions = runner.inspect.sagas.filter((saga) => saga.name === name).map(({ version }) => version);
  return versions.toSorted((a, b) => b - a);
}
