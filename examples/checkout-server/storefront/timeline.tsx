import type { Incident } from '../src/dev/incidents.ts';
import type { LiveEntry, LiveOrder } from '../src/dev/live-contract.ts';
import { STATUS_WORDS } from './name-things.ts';
import { tellEvent } from './tell-event.ts';

interface Line {
  readonly key: string;
  readonly at: string;
  readonly kind: string;
  readonly text: string;
  readonly aside: string | undefined;
  /** The status that it led to. */
  readonly to: string | undefined;
}

/** What happened, in sentences, newest first; what was broken meanwhile stands between. */
export function Timeline({
  live,
  incidents,
}: {
  readonly live: LiveOrder;
  readonly incidents: readonly Incident[];
}) {
  const lines = [
    ...live.history.map(entryLine),
    ...incidents.filter((one) => concerns(live, one)).map(incidentLine),
  ];
  lines.sort((a, b) => (a.at === b.at ? (a.key < b.key ? 1 : -1) : a.at < b.at ? 1 : -1));
  return (
    <div>
      <h3>What happened</h3>
      <ol class="timeline" aria-live="polite">
        {lines.map(({ key, at, kind, text, aside, to }) => (
          <li key={key} class={kind}>
            <time dateTime={at}>{new Date(at).toLocaleTimeString([], { hour12: false })}</time>
            <span>
              {text}
              {aside !== undefined && <em> {aside}</em>}
            </span>
            {to !== undefined && <b>{STATUS_WORDS[to] ?? to}</b>}
          </li>
        ))}
      </ol>
    </div>
  );
}

function entryLine(entry: LiveEntry): Line {
  const { text, aside } = tellEvent(entry);
  const isUndo = /^(releaseStock|cancelCoupon|void|refund|compensate)\./.test(entry.event);
  const isNo = /\.(declined|unknown)$/.test(entry.event);
  const kind = entry.outcome !== 'applied' ? entry.outcome : isUndo ? 'undone' : isNo ? 'refused' : 'applied';
  const to = entry.from !== entry.to ? entry.to : undefined;
  return { key: `h${String(entry.seq).padStart(5, '0')}`, at: entry.at, kind, text, aside, to };
}

function incidentLine({ id, at, kind, text }: Incident): Line {
  return { key: `i${id}`, at, kind, text, aside: undefined, to: undefined };
}

/** What was done to this order, or to everything while it was under way. */
function concerns({ order, history }: LiveOrder, { order_id, at }: Incident): boolean {
  if (order_id !== undefined) return order_id === order.id;
  const last = history.at(-1)?.at ?? order.created_at;
  return at >= order.created_at && (!order.saga.settled || at <= last);
}
