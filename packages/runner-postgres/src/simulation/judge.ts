import { isDeepStrictEqual } from 'node:util';
import {
  begin,
  type Cause,
  type Decision,
  decide,
  describeTransitions,
  type Envelope,
  type HistoryEntry,
} from '@countermand/saga-core';
import { type OrderSaga, orderStatus } from '@countermand/saga-core/order';
import { rowId } from '../ports/row-id.js';
import type { Post } from './post.js';
import type { Shop } from './shop.js';
import type { SimDatabase } from './sim-database.js';
import type { SagaRecord } from './sim-tables.js';

/** What a world looks like when it has come to rest. */
export interface Aftermath {
  readonly database: SimDatabase;
  readonly shop: Shop;
  readonly post: Post;
  readonly saga: OrderSaga;
  /** Sequences of published events by saga, in the order in which a subscriber got them. */
  readonly heard: ReadonlyMap<string, readonly number[]>;
  /** Orders that nothing was in the way of. */
  readonly plain: readonly string[];
  readonly isQuiet: boolean;
}

const ENDS = new Set(['IN_TRANSIT', 'FAILED', 'CANCELLED']);
const ONCE = [
  'reserveStock',
  'commitStock',
  'generateInvoice',
  'notifyWarehouse',
  'createShipment',
  'generateLabel',
];

/** Holds a world against every invariant. */
export function judge(world: Aftermath): {
  readonly violations: readonly string[];
  readonly endings: ReadonlyMap<string, number>;
} {
  const court = new Court(world);
  return { violations: court.hear(), endings: court.endings };
}

class Court {
  readonly endings = new Map<string, number>();
  readonly #world: Aftermath;
  readonly #violations: string[];
  readonly #edges: ReadonlySet<string>;

  constructor(world: Aftermath) {
    this.#world = world;
    this.#violations = [...world.database.violations, ...world.shop.books.violations];
    this.#edges = topLevelEdges(world.saga);
  }

  hear(): readonly string[] {
    const { database, plain, shop, post } = this.#world;
    const { tables } = database;
    for (const record of tables.sagas.values()) this.#judgeSaga(record);
    for (const orderId of shop.plans.keys()) {
      if (!tables.sagas.has(orderId))
        this.#blame(post.started.has(orderId) ? 'E2' : 'L1', orderId, 'does not exist');
    }
    for (const orderId of plain) {
      const status = this.#statusOf(orderId);
      if (status !== 'IN_TRANSIT')
        this.#blame('L3', orderId, `came to ${status} although nothing was in its way`);
    }
    this.#judgeSums();
    this.#judgeMessages();
    this.#judgeRows();
    if (!this.#world.isQuiet && this.#violations.length === 0)
      this.#blame('L1', 'the world', 'does not come to rest');
    return this.#violations;
  }

  #judgeSaga(record: SagaRecord): void {
    const { id } = record;
    const history = this.#world.database.tables.history.get(id) ?? [];
    const status = orderStatus(record.state as string);
    this.endings.set(status, (this.endings.get(status) ?? 0) + 1);
    if (record.status === 'parked')
      this.#blame('L1', id, `is parked: ${record.error ?? JSON.stringify(record.envelope.parked)}`);
    else if (!record.settled) this.#blame('L1', id, `stays in ${JSON.stringify(record.state)}`);
    const { envelope } = record;
    this.#judgeHistory(id, history);
    this.#replay(record, envelope, history);
    if (record.settled) this.#judgeBooks(id, envelope, status);
    this.#judgeKeys(id);
    this.#judgePublished(id, envelope);
  }

  /** H1, H3, H4. */
  #judgeHistory(id: string, history: readonly HistoryEntry[]): void {
    history.forEach(({ seq }, index) => {
      if (seq !== index + 1) this.#blame('H1', id, `line ${index + 1} has number ${seq}`);
    });
    let ended: string | undefined;
    for (const { from, to, event } of history) {
      const after = orderStatus(to);
      const before = from === null ? undefined : orderStatus(from);
      if (before !== undefined && before !== after && !this.#edges.has(`${before} ${after}`))
        this.#blame('H3', id, `${event} led from ${before} to ${after}`);
      if (ended !== undefined && after !== ended) this.#blame('H4', id, `left ${ended} for ${after}`);
      if (ENDS.has(after)) ended = after;
    }
  }

  /** H2: the history, decided again, comes to what is stored. */
  #replay(record: SagaRecord, envelope: Envelope, history: readonly HistoryEntry[]): void {
    const { saga } = this.#world;
    const told = history.map(({ cause, at, actor }) => ({ cause, at, actor }));
    const copy = JSON.parse(JSON.stringify(told)) as typeof told;
    let decision: Decision | undefined;
    try {
      for (const { cause, at, actor } of copy) {
        if (!cause) continue;
        if (cause.type === 'start')
          decision = begin(saga, { sagaId: record.id, input: cause.input, at, actor });
        else if (decision) decision = decide(saga, decision.envelope, cause as Cause, at);
      }
    } catch (error) {
      return this.#blame('H2', record.id, `cannot be replayed: ${String(error)}`);
    }
    const replayed = decision && JSON.stringify(decision.envelope);
    // What is told by the same text is the same.
    if (replayed === record.envelopeText) return;
    if (replayed === undefined || !isDeepStrictEqual(JSON.parse(replayed), envelope))
      this.#blame('H2', record.id, 'its history comes to something else than what is stored');
  }

  /** M1, M3, M4, S2: what the participants say. */
  #judgeBooks(id: string, envelope: Envelope, status: string): void {
    const { books, plans } = this.#world.shop;
    const isKept = status === 'IN_TRANSIT';
    const stock = books.reservations.get(id)?.status;
    if (stock === 'reserved' || (stock === 'sold') !== isKept)
      this.#blame('S2', id, `${status} with stock ${stock}`);
    const open = envelope.obligations.filter(({ certainty }) => certainty !== 'closed').length;
    const count = plans.get(id)?.input.payments.length ?? 0;
    if (open !== (isKept ? count + 1 : 0)) this.#blame('M4', id, `${status} with ${open} obligations open`);
    for (let index = 1; index <= count; index += 1) {
      const payment = books.payments.get(`${id}/p${index}`);
      const price = plans.get(id)?.input.payments[index - 1]?.amount.amount ?? 0;
      const kept = (payment?.captured ?? 0) - (payment?.refunded ?? 0);
      if (kept !== (isKept ? price : 0)) this.#blame('M1', id, `${status} with ${kept} of ${price} kept`);
      if (payment?.status === 'authorized') this.#blame('M1', id, `${status} with an open authorization`);
      if (payment && payment.captured > payment.amount) this.#blame('M3', id, `captured twice`);
      const seen = envelope.snapshot.context as { readonly payments: readonly { readonly status: string }[] };
      const view = seen.payments[index - 1]?.status;
      if ((view === 'captured') !== isKept)
        this.#blame('M4', id, `${status}, and the payment is shown as ${view}`);
    }
  }

  /** M2: what the gateway has is what the orders that were sent cost. */
  #judgeSums(): void {
    const { database, shop } = this.#world;
    const records = [...database.tables.sagas.values()];
    if (!records.every(({ settled }) => settled)) return;
    const sent = records.filter(({ state }) => orderStatus(state as string) === 'IN_TRANSIT');
    const due = sent.reduce((sum, { id }) => sum + (shop.plans.get(id)?.input.total.amount ?? 0), 0);
    const { till } = shop.books;
    if (till !== due) this.#blame('M2', 'the gateway', `has ${till}, the orders that were sent cost ${due}`);
  }

  /** E1: an effect has one key, whatever went wrong on the way to it. */
  #judgeKeys(id: string): void {
    const { effects } = this.#world.shop.books;
    for (const name of [...ONCE, 'authorize p1', 'authorize p2', 'capture p1', 'capture p2']) {
      const keys = effects.get(`${id} ${name}`);
      if (keys && keys.size > 1) this.#blame('E1', id, `${name} under ${[...keys].join(' and ')}`);
    }
  }

  /** P1: each subscriber gets each event at least once, and the first time in order. */
  #judgePublished(id: string, { published }: Envelope): void {
    const heard = [...new Set(this.#world.heard.get(id) ?? [])];
    if (heard.length !== published || heard.some((sequence, index) => sequence !== index + 1))
      this.#blame('P1', id, `published ${published} events, heard ${heard.join(' ')}`);
  }

  /** E3: what was accepted is applied once, ignored with a reason, or kept. */
  #judgeMessages(): void {
    const { database, post } = this.#world;
    const { inbox, history } = database.tables;
    for (const { sagaId, messageId, outcome } of post.receipts) {
      const row = inbox.get(rowId(sagaId, messageId));
      if (!row) this.#blame('E3', sagaId, `${messageId} was ${outcome}, and is not there`);
      else if (row.status === 'ignored' && row.reason === null)
        this.#blame('E3', sagaId, `${messageId} ignored without a reason`);
      else if (row.status === 'pending' || row.status === 'stuck')
        this.#blame('E3', sagaId, `${messageId} is ${row.status}`);
    }
    for (const [sagaId, lines] of history) {
      const seen = new Set<string>();
      for (const { cause } of lines) {
        if (cause?.type !== 'event') continue;
        if (seen.has(cause.messageId)) this.#blame('E3', sagaId, `${cause.messageId} was decided twice`);
        seen.add(cause.messageId);
      }
    }
  }

  #judgeRows(): void {
    for (const { sagaId, key, status, dueAt } of this.#world.database.tables.live.values())
      this.#blame('L1', sagaId, `${key} is ${status}, due at ${dueAt}`);
  }

  #statusOf(id: string): string {
    const record = this.#world.database.tables.sagas.get(id);
    return record ? orderStatus(record.state as string) : 'nothing';
  }

  #blame(invariant: string, id: string, what: string): void {
    this.#violations.push(`${invariant} ${id}: ${what}`);
  }
}

function topLevelEdges(saga: OrderSaga): ReadonlySet<string> {
  return new Set(
    describeTransitions(saga).map(({ from, to = from }) => `${from.split('.')[0]} ${to.split('.')[0]}`),
  );
}
