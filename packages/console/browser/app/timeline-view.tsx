import type { ToldEntry } from '@countermand/saga-core';
import { useMemo, useState } from 'preact/hooks';
import type { SagaAnswer } from '../../src/wire.js';
import { clock, count, duration, stateName, timerName } from './format.js';
import { JsonView } from './json-view.js';
import { useNewest } from './use-newest.js';

/** What happened, newest last, with what each line made the runner do, and who did it and why. */
export function TimelineView({ answer: { story } }: { readonly answer: SagaAnswer }) {
  const names = useMemo(() => new Map(story.steps.map(({ key, step }) => [key, step])), [story]);
  const changes = useMemo(() => {
    const all = story.ledger.flatMap(({ id, changes: own }) =>
      own.map(({ seq, certainty }) => ({ id, seq, certainty })),
    );
    return Map.groupBy(all, ({ seq }) => seq);
  }, [story]);
  const { shown, hidden, showAll } = useNewest(story.entries);
  return (
    <ol class="timeline">
      {hidden > 0 && (
        <li class="entry">
          <button type="button" class="link" onClick={showAll}>
            Show the {count(hidden)} lines before
          </button>
        </li>
      )}
      {shown.map((entry, index) => (
        <Entry
          key={entry.seq}
          entry={entry}
          before={story.entries[hidden + index - 1]}
          names={names}
          ledger={changes.get(entry.seq) ?? []}
        />
      ))}
    </ol>
  );
}

interface EntryProps {
  readonly entry: ToldEntry;
  readonly before: ToldEntry | undefined;
  readonly names: ReadonlyMap<string, string>;
  readonly ledger: readonly { readonly id: string; readonly certainty: string }[];
}

function Entry({ entry, before, names, ledger }: EntryProps) {
  const [isOpen, setOpen] = useState(false);
  const { seq, at, event, outcome, actor, from, to, started, armed, disarmed, published, cause } = entry;
  const [was, is] = [stateName(from), stateName(to)];
  const why = entry.reason ?? (cause?.type === 'event' ? cause.note : undefined) ?? reasonIn(cause);
  const isPerson = actor !== 'system' && actor !== 'timer';
  return (
    <li class={`entry entry-${toneOf(entry)}`}>
      <span class="entry-dot" aria-hidden="true" />
      <div class="entry-head">
        <b>{event}</b>
        {outcome !== 'applied' && <span class={`chip chip-${outcome}`}>{outcome}</span>}
        {was !== is && (
          <span class="move">
            {was !== '' && `${was} → `}
            <b>{is}</b>
          </span>
        )}
        <span class="grow" />
        <time dateTime={new Date(at).toISOString()} class="quiet small" title={new Date(at).toISOString()}>
          {before && at - before.at >= 1 ? <span class="gap">+{duration(at - before.at)}</span> : null}{' '}
          {clock(at)}
        </time>
      </div>
      {(isPerson || why !== undefined) && (
        <p class="small entry-who">
          {isPerson && <span class="who-chip">{actor}</span>} {why !== undefined && <q>{why}</q>}
        </p>
      )}
      <div class="entry-facts small">
        {started.map((key) => (
          <span key={key} class="fact">
            starts {names.get(key) ?? key}
          </span>
        ))}
        {armed.map(({ id, dueAt }) => (
          <span key={id} class="fact fact-timer">
            {timerName(id)} in {duration(dueAt - at)}
          </span>
        ))}
        {disarmed.length > 0 && (
          <span class="fact">{disarmed.length === 1 ? 'a timer' : 'timers'} cancelled</span>
        )}
        {ledger.map(({ id, certainty }) => (
          <span key={id} class={`fact fact-${certainty}`}>
            {id} {certainty === 'maybe' ? 'may be open' : certainty}
          </span>
        ))}
        {published.map((one) => (
          <span key={JSON.stringify(one)} class="fact">
            publishes {one.type}
          </span>
        ))}
        {cause && (
          <button
            type="button"
            class="link"
            aria-expanded={isOpen}
            aria-label={`Particulars of line ${seq}`}
            onClick={() => setOpen(!isOpen)}
          >
            {isOpen ? 'less' : 'more'}
          </button>
        )}
      </div>
      {isOpen && <JsonView value={cause ?? null} />}
    </li>
  );
}

/** An override's reason, and that of an event which has one, stand in the event. */
function reasonIn(cause: ToldEntry['cause']): string | undefined {
  const reason = cause?.type === 'event' ? cause.event['reason'] : undefined;
  return typeof reason === 'string' ? reason : undefined;
}

function toneOf({ event, outcome, reason, actor }: ToldEntry): string {
  if (reason?.startsWith('PARKED') || event === 'park') return 'bad';
  if (outcome !== 'applied') return 'quiet';
  if (/\.(declined|unknown)$/.test(event)) return 'warn';
  if (event.endsWith('.done')) return 'good';
  if (event.startsWith('timer.')) return 'timer';
  return actor === 'system' ? 'plain' : 'person';
}
