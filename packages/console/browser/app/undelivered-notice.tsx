import type { SagaAnswer } from '../../src/wire.js';
import { clock } from './format.js';

type Undelivered = SagaAnswer['undelivered'][number];

/**
 * Published events that a subscription didn't take, or of which the database doesn't save that it did. What is only on
 * its way isn't told.
 */
export function UndeliveredNotice({ answer: { undelivered } }: { readonly answer: SagaAnswer }) {
  const stuck = undelivered.filter(({ error }) => error !== undefined);
  if (stuck.length === 0) return null;
  return (
    <section class="notice notice-late" aria-label="Events that were not taken">
      <h2>{stuck.length === 1 ? 'A published event is not taken' : 'Published events are not taken'}</h2>
      <ul>
        {stuck.map((event) => (
          <li key={`${event.subscription} ${event.sequence}`}>
            <b>{event.type}</b> by <b>{event.subscription}</b>: {event.error}
            <span class="quiet small">
              {' '}
              {attempts(event)} · event {event.sequence} · {clock(event.publishedAt)}
              {behind(event, undelivered)}
            </span>
          </li>
        ))}
      </ul>
      <p class="small">Each is given again by itself, and holds up nothing but those behind it.</p>
    </section>
  );
}

function attempts({ attempts: count }: Undelivered): string {
  return count === 1 ? '1 attempt' : `${count} attempts`;
}

function behind({ subscription, sequence }: Undelivered, all: readonly Undelivered[]): string {
  const waiting = all.filter((one) => one.subscription === subscription && one.sequence > sequence);
  return waiting.length > 0 ? ` · ${waiting.length} more behind it` : '';
}
