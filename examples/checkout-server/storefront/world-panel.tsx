import type { LiveWorld } from '../src/dev/live-contract.ts';
import { Mark, PROMISES, standing } from './promise-bar.tsx';

/** What must hold, in sentences, who judges it, and what was broken so far. */
export function WorldPanel({ world: { judgement, incidents } }: { readonly world: LiveWorld }) {
  const { ok, reason, orders, quiet, journal_lines: lines, details } = judgement;
  return (
    <section class="card hold" aria-label="What must hold, and why">
      <h2>What must hold</h2>
      <ul class="promises">
        {PROMISES.map(({ group, title, says }) => (
          <li key={group} class={standing(judgement, group)}>
            <Mark is={standing(judgement, group)} />
            <span>
              <b>{title}</b>: {says}
            </span>
          </li>
        ))}
      </ul>
      <p class="soft">
        {ok === undefined
          ? (reason ?? 'Being judged for the first time.')
          : `Judged by the services' own journal (${counted(lines, 'line')}), not by what the shop believes: ${counted(orders, 'order')}, ${quiet} of them quiet for long enough to be judged by every rule.`}
      </p>
      {details.map((detail) => (
        <p key={detail} class="why">
          {detail}
        </p>
      ))}
      {incidents.length > 0 && (
        <>
          <h3>What was broken</h3>
          <ol class="incidents">
            {incidents.slice(0, 12).map(({ id, at, kind, text }) => (
              <li key={id} class={kind}>
                <time dateTime={at}>{new Date(at).toLocaleTimeString([], { hour12: false })}</time>
                <span>{text}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
