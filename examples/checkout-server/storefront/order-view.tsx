import type { ComponentChildren } from 'preact';
import type { Incident } from '../src/dev/incidents.ts';
import type { LiveOrder } from '../src/dev/live-contract.ts';
import { Chart } from './chart.tsx';
import { FACTS } from './facts.ts';
import { Ledger } from './ledger.tsx';
import { euros } from './money.ts';
import { FAILURE_WORDS, STATUS_WORDS, STRIKABLE } from './name-things.ts';
import { words } from './tell-event.ts';
import { Timeline } from './timeline.tsx';

/** What can be done to the order that is shown. */
interface OrderActs {
  readonly pay: () => void;
  readonly cancel: () => void;
  readonly retry: () => void;
  readonly skip: (step: string) => void;
}

interface Props {
  readonly live: LiveOrder | undefined;
  readonly incidents: readonly Incident[];
  readonly acts: OrderActs;
}

const BEFORE_PAYING: ReadonlySet<string> = new Set(['CREATED', 'RESERVED']);
const CANCELLABLE: ReadonlySet<string> = new Set([
  'CREATED',
  'RESERVED',
  'PAYMENT_PENDING',
  'PAID',
  'CONFIRMED',
]);

/** One order: where it is, what it has open, what happened to it. */
export function OrderView({ live, incidents, acts }: Props) {
  return (
    <section class="card watch" aria-label="The order">
      <h2>
        <span class="step">2</span> Watch it
        {live && <StatusPill live={live} />}
      </h2>
      {live && <Summary live={live} acts={acts} />}
      <div class="story">
        <Chart live={live} />
        {live ? <Ledger live={live} /> : <Suggestions />}
      </div>
      {live && <Timeline live={live} incidents={incidents} />}
    </section>
  );
}

/** Before there is an order. */
function Suggestions() {
  return (
    <div class="suggestions">
      <h3>Place an order, and it goes its way through this chart. Then try:</h3>
      <ol>
        <li>“The card is declined”: what was held for you is given back, and nothing is left behind.</li>
        <li>
          “Kill it while taking the money”, then order: the worker dies when the money is gone and nobody has
          written it down. It is taken once, all the same.
        </li>
        <li>“The answer is lost”: nobody knows whether you have paid, until somebody asks.</li>
        <li>Order, and cancel when it is paid: the money is refunded, the units go back, each once.</li>
      </ol>
    </div>
  );
}

function StatusPill({ live: { order } }: { readonly live: LiveOrder }) {
  const { status } = order.saga;
  const text =
    status === 'COMPENSATING'
      ? `${STATUS_WORDS[order.status]}, being undone`
      : status === 'PARKED'
        ? 'Waits for a person'
        : STATUS_WORDS[order.status];
  return (
    <span
      class={`pill ${status.toLowerCase()}`}
      role="status"
      data-status={order.status}
      data-settled={order.saga.settled}
    >
      {text}
    </span>
  );
}

function Summary({ live, acts }: { readonly live: LiveOrder; readonly acts: OrderActs }) {
  const { order, steps } = live;
  const isUnderWay = !['FAILED', 'CANCELLED'].includes(order.status);
  const parked = steps.filter(({ status }) => status === 'parked');
  const trying = steps.filter(
    ({ status, attempts }) => attempts > 1 && (status === 'running' || status === 'pending'),
  );
  const next = order.saga.timers[0];
  return (
    <div class="summary">
      <p>
        {order.items.map(({ name, quantity }) => `${quantity} × ${name}`).join(', ')} for{' '}
        <strong>{euros(order.total.amount)}</strong>
        {order.discount && <span class="soft"> ({euros(order.discount.amount)} off)</span>}
        {order.tracking !== undefined && <span class="soft"> · tracking {order.tracking.slice(0, 12)}</span>}
      </p>
      {order.failure && <p class="why">{FAILURE_WORDS[order.failure.code] ?? order.failure.message}</p>}
      {trying.map(({ id, name, attempts }) => (
        <p key={id} class="soft">
          {STRIKABLE.find(({ step }) => step === name)?.title ?? words(name)}: no answer yet, attempt{' '}
          {attempts}
        </p>
      ))}
      {next && isUnderWay && <Deadline id={next.id} dueAt={next.due_at} />}
      <div class="buttons">
        {BEFORE_PAYING.has(order.status) && <Act on={acts.pay}>Pay</Act>}
        {CANCELLABLE.has(order.status) && <Act on={acts.cancel}>Cancel the order</Act>}
        {order.saga.status === 'PARKED' && <Act on={acts.retry}>As an administrator: try again</Act>}
        {parked.map(({ id, name }) => (
          <Act key={id} on={() => acts.skip(id)}>
            Settled by hand: skip {words(name)}
          </Act>
        ))}
        {FACTS.has_console && <a href={`/console/sagas/${order.id}`}>Look inside, in the console</a>}
      </div>
    </div>
  );
}

function Act({ on, children }: { readonly on: () => void; readonly children: ComponentChildren }) {
  return (
    <button type="button" onClick={on}>
      {children}
    </button>
  );
}

const DEADLINES: Readonly<Record<string, string>> = {
  RESERVATION_TTL: 'The units are held until',
  PAYMENT_TIMEOUT: 'The payment has time until',
};

function Deadline({ id, dueAt }: { readonly id: string; readonly dueAt: string }) {
  const at = new Date(dueAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
  const text = DEADLINES[id];
  return text === undefined ? null : (
    <p class="soft">
      {text} {at}.
    </p>
  );
}
