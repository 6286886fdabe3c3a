import type { SagaStatus } from '@countermand/saga-core';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { SagaRow, SagasAnswer } from '../../src/wire.js';
import { ApiError, api } from './api.js';
import { FilterBar } from './filter-bar.js';
import { ago, clock, stateName, timerName } from './format.js';
import { LiveDot } from './live-dot.js';
import { href } from './router.js';
import { StatusBadge } from './status-badge.js';
import { useLive } from './use-live.js';
import { useNow } from './use-now.js';

/** The list: what is parked first, filters, page after page. */
export function ListView({ query }: { readonly query: URLSearchParams }) {
  const key = query.toString();
  const [pages, setPages] = useState({ key, count: 1 });
  const shownPages = pages.key === key ? pages.count : 1;
  const { value, error, isLive } = useLive(key, `list&${key}`, () => loadTop(query, shownPages));
  const { more, isLoading, problem, loadMore } = useMore(key, query, value);
  const showMore = async (cursor: string) => {
    if (await loadMore(cursor)) setPages({ key, count: shownPages + 1 });
  };
  const table = useRef<HTMLTableSectionElement>(null);
  useRowKeys(table);
  const items = useMemo(() => unique([...(value?.items ?? []), ...more.items]), [value, more]);
  const last = more.cursor === undefined ? value : more;
  return (
    <>
      <div class="title">
        <h1>Sagas</h1>
        <LiveDot isLive={isLive} />
      </div>
      <FilterBar query={query} changed={value} />
      {error && <p class="notice notice-bad">{error.message}</p>}
      <div class="card">
        <table class="sagas">
          <thead>
            <tr>
              <th scope="col">Status</th>
              <th scope="col">Saga</th>
              <th scope="col">State</th>
              <th scope="col">Waits for</th>
              <th scope="col">Started</th>
              <th scope="col">Moved</th>
            </tr>
          </thead>
          <tbody ref={table}>
            {items.map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </tbody>
        </table>
        {value && items.length === 0 && last?.cursor === null && (
          <p class="empty">No saga fits. {key !== '' && <a href={href('sagas')}>Show all</a>}</p>
        )}
        {!value && !error && <p class="empty quiet">Loading …</p>}
        {last?.cursor && (
          <div class="more">
            {last.lookedBackTo !== undefined && (
              <span class="quiet">Looked back to {clock(last.lookedBackTo)}.</span>
            )}
            {problem !== undefined && <span class="bad">{problem}</span>}
            <button type="button" onClick={() => void showMore(last.cursor ?? '')} disabled={isLoading}>
              {isLoading ? 'Loading …' : last.lookedBackTo === undefined ? 'Show more' : 'Look further back'}
            </button>
          </div>
        )}
      </div>
      <p class="quiet keys">
        <kbd>j</kbd> <kbd>k</kbd> move, <kbd>Enter</kbd> opens, <kbd>/</kbd> searches
      </p>
    </>
  );
}

/** Drawn anew only when it or the time has changed: a long list has many. */
function Row({ row }: { readonly row: SagaRow }) {
  const now = useNow(10_000);
  return useMemo(() => <Cells row={row} now={now} />, [row, now]);
}

function Cells({ row, now }: { readonly row: SagaRow; readonly now: number }) {
  const { id, saga, version, status, settled, state, parked, waitingFor, attributes } = row;
  const [reason] = parked;
  return (
    <tr class={status === 'parked' ? 'is-parked' : ''}>
      <td data-label="Status">
        <StatusBadge status={status as SagaStatus} settled={settled} />
      </td>
      <td data-label="Saga">
        <a class="saga-link" href={href(`sagas/${encodeURIComponent(id)}`)}>
          {id}
        </a>
        <div class="quiet small">
          {saga} v{version}
          {Object.entries(attributes)
            .filter(([, value]) => value !== id)
            .map(([name, value]) => (
              <span key={name} class="attribute">
                {name}={typeof value === 'string' ? value : JSON.stringify(value)}
              </span>
            ))}
        </div>
      </td>
      <td data-label="State">{stateName(state)}</td>
      <td data-label="Waits for" class="small">
        {reason ? (
          <span class="bad">
            <b>{reason.code}</b> {reason.message}
          </span>
        ) : (
          <span class="quiet clamp">{waitingFor.slice(0, 3).map(timerIn).join(', ')}</span>
        )}
      </td>
      <td data-label="Started" class="nowrap" title={clock(row.createdAt)}>
        {ago(row.createdAt, now)}
      </td>
      <td data-label="Moved" class="nowrap" title={clock(row.updatedAt)}>
        {ago(row.updatedAt, now)}
      </td>
    </tr>
  );
}

/** `timer RESERVATION_TTL` for XState's own name of it. */
function timerIn(waiting: string): string {
  return waiting.startsWith('timer ') ? `timer ${timerName(waiting.slice(6))}` : waiting;
}

const PAGE = 50;
/** The server gives no more at once. */
const MOST = 200;

/**
 * What is at the top of the list: as much as is shown, so that what is pushed down by something new doesn't fall into
 * a gap between the first page and those that were loaded after it.
 */
function loadTop(query: URLSearchParams, pages: number): Promise<SagasAnswer> {
  if (pages === 1) return api.sagas(query);
  const longer = new URLSearchParams(query);
  longer.set('limit', String(Math.min(MOST, PAGE * pages)));
  return api.sagas(longer);
}

/** The pages after the first; other filters begin anew. */
function useMore(key: string, query: URLSearchParams, first: SagasAnswer | undefined) {
  const [state, setState] = useState<{
    key: string;
    items: readonly SagaRow[];
    cursor?: string | null;
    lookedBackTo?: number;
  }>({ key, items: [] });
  const [isLoading, setLoading] = useState(false);
  const [problem, setProblem] = useState<string>();
  const more = state.key === key ? state : { key, items: [] as readonly SagaRow[] };
  // Where the first page is the last one by now, there is nothing behind it.
  const shown = first?.cursor === null ? { key, items: [] as readonly SagaRow[] } : more;
  /** @returns whether there is more now */
  const loadMore = async (cursor: string): Promise<boolean> => {
    setLoading(true);
    setProblem(undefined);
    try {
      const next = new URLSearchParams(query);
      next.set('cursor', cursor);
      const page = await api.sagas(next);
      setState({ ...page, key, items: [...more.items, ...page.items] });
      return true;
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : 'The server does not answer.');
      return false;
    } finally {
      setLoading(false);
    }
  };
  return { more: shown as typeof state, isLoading, problem, loadMore };
}

/** What moved between two pages may be on both: it stands where it came to first, which is what was loaded last. */
function unique(rows: readonly SagaRow[]): SagaRow[] {
  const found = new Map<string, SagaRow>();
  for (const row of rows) if (!found.has(row.id)) found.set(row.id, row);
  return [...found.values()];
}

/** `j` and `k` go from row to row, `/` to the filters. */
function useRowKeys(table: { readonly current: HTMLTableSectionElement | null }): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof Element && event.target.matches('input, select, textarea');
      if (isTyping || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.key === '/') {
        event.preventDefault();
        document.querySelector<HTMLInputElement>('#filter-attribute')?.focus();
      }
      const by = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      if (by === 0) return;
      const links = [...(table.current?.querySelectorAll<HTMLAnchorElement>('a.saga-link') ?? [])];
      const at = links.indexOf(document.activeElement as HTMLAnchorElement);
      links[Math.max(0, Math.min(links.length - 1, at + by))]?.focus();
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [table]);
}
