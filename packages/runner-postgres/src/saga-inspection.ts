import {
  type AdminCause,
  type AnySaga,
  type EventCause,
  type Foresight,
  foresee,
  type HistoryEntry,
  type JsonObject,
  overrideCause,
  SagaError,
  type SagaView,
  type ToldHistory,
  tellHistory,
} from '@countermand/saga-core';
import { type CountedStates, countStates, readStays } from './db/count-states.js';
import type { Database } from './db/database.js';
import { findNeighbours } from './db/find-neighbours.js';
import { findUndelivered } from './db/find-undelivered.js';
import { readTime } from './db/read-time.js';
import { searchSagas } from './db/search-sagas.js';
import type {
  Act,
  Inspection,
  Neighbour,
  SearchOptions,
  SearchPage,
  UndeliveredEvent,
} from './inspection.js';
import type { Store } from './ports/store.js';
import type { SagaReads } from './saga-reads.js';
import type { SagaRegistry } from './saga-registry.js';
import { toView } from './saga-views.js';
import { readSearch, type SearchCursor, writeCursor } from './search-cursor.js';
import { type StateSurvey, type SurveyOptions, surveyStates } from './survey-states.js';

/** How many sagas one page looks at, at most. */
const BUDGET = 10_000;
/** Longer histories are shown without being told anew. */
const LONGEST_STORY = 5_000;

interface InspectionParts {
  readonly database: Database;
  readonly store: Pick<Store, 'history'>;
  readonly registry: SagaRegistry;
}

/** The part of the runner that a console looks through. */
export class SagaInspection implements Inspection {
  readonly #parts: InspectionParts;
  readonly #reads: Pick<SagaReads, 'find'>;
  readonly #ready: () => Promise<void>;
  readonly #counting = new Map<number, Promise<CountedStates>>();

  constructor(parts: InspectionParts, reads: Pick<SagaReads, 'find'>, ready: () => Promise<void>) {
    this.#parts = parts;
    this.#reads = reads;
    this.#ready = ready;
  }

  get sagas(): readonly AnySaga[] {
    return this.#parts.registry.sagas;
  }

  async search(options: SearchOptions = {}): Promise<SearchPage> {
    const { sections, limit, cursor, ...filter } = readSearch(options);
    await this.#ready();
    const items: SagaView[] = [];
    for (let section = cursor?.section ?? 0; section < sections.length; section += 1) {
      const statuses = sections[section] ?? [];
      const after = cursor?.section === section ? cursor.after : undefined;
      const wanted = limit - items.length;
      const query = { ...filter, statuses, after, limit: wanted + 1, budget: BUDGET };
      const { sagas, lookedTo } = await searchSagas(this.#parts.database, query);
      const shown = sagas.slice(0, wanted);
      items.push(
        ...shown.map((one) => toView(one, this.#parts.registry.find(one.stored.saga, one.stored.version))),
      );
      const last = shown.at(-1);
      if (sagas.length > wanted) {
        const at = last ? { createdAt: last.createdAtText, id: last.stored.id } : after;
        return { items, cursor: writeCursor({ section, after: at } satisfies SearchCursor) };
      }
      if (lookedTo) {
        const lookedBackTo = Date.parse(lookedTo.createdAt);
        return { items, cursor: writeCursor({ section, after: lookedTo }), lookedBackTo };
      }
    }
    return { items, cursor: undefined };
  }

  async states({ name }: { readonly name: string }, options: SurveyOptions = {}): Promise<StateSurvey> {
    const { newest = 20_000, sample = 500 } = options;
    await this.#ready();
    const { database } = this.#parts;
    const { groups, ...limits } = await this.#count(newest);
    const { rows, sampled } = await readStays(database, name, sample);
    const ours = groups.filter(({ saga }) => saga === name);
    return surveyStates(ours, rows, { ...limits, sampled });
  }

  /** Counts all names at once: whoever asks meanwhile gets the same answer. */
  async #count(newest: number): Promise<CountedStates> {
    const counting =
      this.#counting.get(newest) ??
      countStates(this.#parts.database, { newest }).finally(() => this.#counting.delete(newest));
    this.#counting.set(newest, counting);
    return await counting;
  }

  async tell(id: string): Promise<ToldHistory | undefined> {
    const found = await this.#reads.find(id);
    if (!found) return undefined;
    const history = await this.#parts.store.history(id, {});
    const { saga, version } = found.stored;
    const told = versionsAtStart(this.#parts.registry, saga, version, history).map((first) =>
      tellHistory(id, history, (wanted) => this.#parts.registry.find(saga, wanted ?? first)),
    );
    return told.find(({ isWhole }) => isWhole) ?? tellHistory(id, history, () => undefined);
  }

  async neighbours(id: string): Promise<readonly Neighbour[]> {
    const found = await this.#reads.find(id);
    if (!found) return [];
    const { attributes } = found.stored;
    const rows = await findNeighbours(this.#parts.database, id, attributes);
    return rows.map(({ attributes: theirs, ...row }) => ({ ...row, shared: sharedBy(attributes, theirs) }));
  }

  async undelivered(id: string): Promise<readonly UndeliveredEvent[]> {
    await this.#ready();
    const { database } = this.#parts;
    return await findUndelivered(database, database.names, id);
  }

  async foresee(id: string, act: Act): Promise<Foresight> {
    const found = await this.#reads.find(id);
    if (!found) throw new SagaError('SAGA_NOT_FOUND', `there is no saga ${id}`);
    const { saga: name, version, envelope } = found.stored;
    const saga = this.#parts.registry.find(name, version);
    if (!saga)
      throw new SagaError('SAGA_UNKNOWN', `saga ${id} is of '${name}' version ${version}, unknown here`);
    const { database } = this.#parts;
    return foresee(saga, envelope, causeOf(saga, act), await readTime(database, database.names));
  }
}

/** The versions in which a saga may have been started: its own, or where it was upgraded one before that. */
function versionsAtStart(
  { sagas }: SagaRegistry,
  name: string,
  version: number,
  history: readonly HistoryEntry[],
): readonly number[] {
  if (history.length > LONGEST_STORY) return [];
  const upgrades = history.flatMap(({ cause }) => (cause?.type === 'upgrade' ? cause.to : []));
  const [first] = upgrades;
  if (first === undefined) return [version];
  const earlier = sagas.filter((saga) => saga.name === name && saga.version < first);
  return earlier.map((saga) => saga.version).toSorted((a, b) => b - a);
}

const ACTOR = 'foresight';

function causeOf(saga: AnySaga, act: Act): AdminCause | EventCause {
  switch (act.type) {
    case 'retry':
      return { type: 'retry', actor: ACTOR, ...(act.key !== undefined && { key: act.key }) };
    case 'skip':
      return { type: 'skip', key: act.key, reason: '', actor: ACTOR };
    case 'park':
      return { type: 'park', reason: '', actor: ACTOR };
    case 'override': {
      const { to, force = false } = act;
      return overrideCause(saga, { to, force, reason: ACTOR, actor: ACTOR }, ACTOR);
    }
    default: {
      const event = JSON.parse(JSON.stringify(act.event)) as EventCause['event'];
      return { type: 'event', messageId: ACTOR, event, actor: ACTOR, accepted: false };
    }
  }
}

function sharedBy(ours: JsonObject, theirs: JsonObject): JsonObject {
  const same = Object.entries(ours).filter(
    ([key, value]) => JSON.stringify(theirs[key]) === JSON.stringify(value),
  );
  return Object.fromEntries(same);
}
