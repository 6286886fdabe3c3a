import type { StepSpan, StepView } from '@countermand/saga-core';
import { useMemo } from 'preact/hooks';
import type { SagaAnswer } from '../../src/wire.js';
import { clock, count, duration } from './format.js';
import { useNewest } from './use-newest.js';
import { useNow } from './use-now.js';

const ROLES = { invoke: '', action: 'not waited for', undo: 'undo', probe: 'asks' } as const;

/** The steps with their attempts, as bars over the saga's time. */
export function StepsView({ answer }: { readonly answer: SagaAnswer }) {
  const { story, view, now } = answer;
  const offset = useMemo(() => now - Date.now(), [now]);
  const time = useNow(1_000, offset);
  const rows = new Map(view.steps.map((step) => [step.key, step]));
  const isOpen = story.steps.some(({ settledAt }) => settledAt === undefined);
  const begin = view.createdAt;
  const ends = story.steps.flatMap(({ settledAt, startedAt }) => settledAt ?? startedAt);
  const end = Math.max(begin + 1, ...ends, ...(isOpen ? [time] : []));
  const { shown, hidden, showAll } = useNewest(story.steps);
  if (story.steps.length === 0) return <p class="empty">It has begun no step yet.</p>;
  return (
    <div class="scroll">
      <table class="plain steps">
        <thead>
          <tr>
            <th scope="col">Step</th>
            <th scope="col">Came to</th>
            <th scope="col" class="number">
              Attempts
            </th>
            <th scope="col" class="number">
              Took
            </th>
            <th scope="col" class="wide">
              {duration(end - begin)} in all
            </th>
          </tr>
        </thead>
        <tbody>
          {hidden > 0 && (
            <tr>
              <td colSpan={5}>
                <button type="button" class="link" onClick={showAll}>
                  Show the {count(hidden)} steps before
                </button>
              </td>
            </tr>
          )}
          {shown.map((span) => (
            <StepRow key={span.key} span={span} row={rows.get(span.key)} {...{ begin, end, time }} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface StepRowProps {
  readonly span: StepSpan;
  readonly row: StepView | undefined;
  readonly begin: number;
  readonly end: number;
  readonly time: number;
}

function StepRow({ span, row, begin, end, time }: StepRowProps) {
  const { step, role, key, startedAt, settledAt, attempts } = span;
  const status = row?.status ?? span.outcome?.kind ?? 'pending';
  const until = settledAt ?? time;
  const scale = (at: number) => `${Math.max(0, Math.min(100, ((at - begin) / (end - begin)) * 100))}%`;
  const width = `max(3px, calc(${scale(until)} - ${scale(startedAt)}))`;
  const error = row?.error ?? messageOf(span);
  return (
    <tr>
      <td>
        <b>{step}</b> <span class="quiet small">{ROLES[role]}</span>
        <div class="quiet small mono">{key}</div>
      </td>
      <td>
        <span class={`chip chip-${status}`}>{status}</span>
        {row?.left && <span class="quiet small"> left</span>}
        {error !== undefined && <div class="small bad clamp-2">{error}</div>}
      </td>
      <td class="number">{row?.attempts ?? attempts ?? 0}</td>
      <td class="number nowrap">{duration(until - startedAt)}</td>
      <td class="wide">
        <div
          class="track"
          title={`${clock(startedAt)} to ${settledAt === undefined ? 'now' : clock(settledAt)}`}
        >
          <div class={`bar bar-${status}`} style={{ insetInlineStart: scale(startedAt), width }} />
        </div>
      </td>
    </tr>
  );
}

function messageOf({ outcome }: StepSpan): string | undefined {
  if (outcome?.kind === 'declined') return outcome.code;
  return outcome?.kind === 'unknown' ? outcome.message : undefined;
}
