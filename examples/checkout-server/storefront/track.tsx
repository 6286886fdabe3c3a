import type { LiveOrder } from '../src/dev/live-contract.ts';
import { STATUS_WORDS } from './name-things.ts';
import { words } from './tell-event.ts';

const WAY = ['CREATED', 'RESERVED', 'PAYMENT_PENDING', 'PAID', 'CONFIRMED', 'SHIPPED', 'IN_TRANSIT'] as const;

/** The way of an order in one line: what is behind it, where it is, and where it was left for good. */
export function Track({ live }: { readonly live: LiveOrder | undefined }) {
  const been = new Set(live?.history.map(({ to }) => to));
  const status = live?.order.status;
  const end = status === 'FAILED' || status === 'CANCELLED' ? status : undefined;
  const furthest = WAY.findLastIndex((one) => been.has(one));
  const inside = live?.marks.active.at(-1)?.split('.')[1];
  return (
    <ol class="track" data-end={end?.toLowerCase()} aria-label="The way of an order">
      {WAY.map((one, index) => (
        <li
          key={one}
          class={one === status ? 'now' : index <= furthest ? 'been' : end ? 'never' : 'ahead'}
          {...(one === status && { 'aria-current': 'step' as const })}
        >
          <span>{STATUS_WORDS[one]}</span>
          {one === status && inside !== undefined && <small>{words(inside)}</small>}
        </li>
      ))}
      {end && (
        <li class={`now end ${live?.order.saga.settled ? 'settled' : ''}`} aria-current="step">
          <span>{STATUS_WORDS[end]}</span>
          <small>{live?.order.saga.settled ? 'all given back' : 'being undone'}</small>
        </li>
      )}
    </ol>
  );
}
