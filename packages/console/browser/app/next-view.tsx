import { useMemo } from 'preact/hooks';
import type { SagaAnswer } from '../../src/wire.js';
import { clock, duration, money, timerName } from './format.js';
import { useNow } from './use-now.js';

/** What the saga waits for, what can still happen, and what would be undone if it failed now. */
export function NextView({ answer }: { readonly answer: SagaAnswer }) {
  const { view, next, now } = answer;
  const offset = useMemo(() => now - Date.now(), [now]);
  const time = useNow(500, offset);
  const stopped = new Set(view.steps.flatMap(({ id, status }) => (status === 'parked' ? id : [])));
  const waits = view.waitingFor.filter(
    (one) => !one.startsWith('timer ') && !stopped.has(one.replace(/^step /, '')),
  );
  const undo = next?.wouldUndo ?? view.openObligations.toReversed();
  return (
    <div class="stack">
      <section class="card pad" aria-labelledby="next-title">
        <h2 id="next-title">What can still happen</h2>
        {view.status === 'rest' && view.settled && <p class="quiet">It is at rest, and nothing is open.</p>}
        {view.timers.map(({ id, dueAt }) => (
          <div key={id} class="timer" title={clock(dueAt)}>
            <span>{timerName(id)}</span>
            <b class="mono">{dueAt > time ? `in ${duration(dueAt - time)}` : 'is due'}</b>
          </div>
        ))}
        {view.status === 'parked' ? (
          <p>A person retries or skips what it is parked for.</p>
        ) : (
          <ul class="bullets">
            {waits
              .filter((one) => one.startsWith('step '))
              .map((one) => (
                <li key={one}>
                  the answer of <b>{one.slice(5)}</b>
                </li>
              ))}
            {next?.events.map(({ event, to }) => (
              <li key={`${event} ${to}`}>
                <code>{event}</code> leads to <b>{to}</b>
              </li>
            ))}
          </ul>
        )}
        {next && next.overrides.length > 0 && (
          <p class="small quiet">
            By override:{' '}
            {next.overrides.map(({ to, needsForce }) => (needsForce ? `${to} (force)` : to)).join(', ')}
          </p>
        )}
      </section>
      <section class="card pad" aria-labelledby="undo-title">
        <h2 id="undo-title">
          {view.status === 'compensating' ? 'Still to be undone' : 'If it failed now, this would be undone'}
        </h2>
        {undo.length === 0 ? (
          <p class="quiet">Nothing: nothing is open that the end wouldn't keep.</p>
        ) : (
          <ol class="undo">
            {undo.map(({ id, undo: by, certainty, amount }) => (
              <li key={id}>
                <span class="mono">{id}</span>
                {certainty === 'maybe' && <span class="chip chip-maybe">maybe</span>}
                {amount && <b>{money(amount)}</b>}
                <span class="quiet small">{by === undefined ? 'there is no way back' : `by ${by}`}</span>
              </li>
            ))}
          </ol>
        )}
      </section>
    </div>
  );
}
