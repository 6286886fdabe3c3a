import { useMemo, useState } from 'preact/hooks';
import type { SagaAnswer, WireAct } from '../../src/wire.js';
import { pathsIn, traceWay } from '../statechart/trace-way.js';
import { ActDialog } from './act-dialog.js';
import { api } from './api.js';
import { ChartView } from './chart-view.js';
import { ago, clock, stateName } from './format.js';
import { JsonView } from './json-view.js';
import { LedgerView } from './ledger-view.js';
import { LiveDot } from './live-dot.js';
import { NextView } from './next-view.js';
import { BY_HAND, ParkedNotice } from './parked-notice.js';
import { href } from './router.js';
import { StatusBadge } from './status-badge.js';
import { StepsView } from './steps-view.js';
import { TimelineView } from './timeline-view.js';
import { UndeliveredNotice } from './undelivered-notice.js';
import { useLive } from './use-live.js';
import { useNow } from './use-now.js';

const TABS = ['Timeline', 'Steps', 'Ledger', 'Neighbours', 'JSON'] as const;

/** One saga: where it is and how it came there, what it has done, what can still happen, and what a person can do. */
export function SagaView({ id, mayAct }: { readonly id: string; readonly mayAct: boolean }) {
  const watch = `saga=${encodeURIComponent(id)}`;
  const { value, error, isLive, reload } = useLive(id, watch, () => api.saga(id));
  const [act, setAct] = useState<WireAct>();
  if (!value) {
    return <p class={error ? 'notice notice-bad' : 'empty quiet'}>{error?.message ?? 'Loading …'}</p>;
  }
  return (
    <>
      <SagaHead answer={value} isLive={isLive} mayAct={mayAct} onAct={setAct} />
      {error && <p class="notice notice-bad">{error.message}</p>}
      <ParkedNotice answer={value} mayAct={mayAct} onAct={setAct} />
      <UndeliveredNotice answer={value} />
      <div class="halves">
        <SagaChart answer={value} />
        <NextView answer={value} />
      </div>
      <SagaTabs answer={value} />
      {act && (
        <ActDialog
          answer={value}
          act={act}
          onClose={(isDone) => {
            setAct(undefined);
            if (isDone) reload();
          }}
        />
      )}
    </>
  );
}

interface HeadProps {
  readonly answer: SagaAnswer;
  readonly isLive: boolean;
  readonly mayAct: boolean;
  readonly onAct: (act: WireAct) => void;
}

function SagaHead({ answer, isLive, mayAct, onAct }: HeadProps) {
  const { view, now, byHand, next } = answer;
  const offset = useMemo(() => now - Date.now(), [now]);
  const time = useNow(5_000, offset);
  const parkedStep = view.steps.find(({ status }) => status === 'parked');
  const skippable =
    parkedStep?.key ?? view.parked.find(({ key }) => key !== undefined && key !== BY_HAND)?.key;
  const possible = new Set(next?.events.map(({ event }) => event));
  const [override] = next?.overrides ?? [];
  return (
    <div class="saga-head">
      <div class="title">
        <StatusBadge status={view.status} settled={view.settled} />
        <h1 class="mono">{view.id}</h1>
        <LiveDot isLive={isLive} />
      </div>
      <p class="quiet">
        <a href={href(`machines/${encodeURIComponent(view.saga)}`)}>
          {view.saga} v{view.version}
        </a>
        {' · '}
        <b>{stateName(view.state)}</b>
        {' · '}
        <span title={clock(view.createdAt)}>started {ago(view.createdAt, time)}</span>
        {' · '}
        <span title={clock(view.updatedAt)}>moved {ago(view.updatedAt, time)}</span>
      </p>
      {mayAct && (
        <div class="acts" role="toolbar" aria-label="Actions">
          {(view.status === 'parked' || parkedStep) && (
            <>
              <button type="button" class="primary" onClick={() => onAct({ type: 'retry' })}>
                Retry …
              </button>
              {skippable !== undefined && (
                <button type="button" onClick={() => onAct({ type: 'skip', key: skippable })}>
                  Skip …
                </button>
              )}
            </>
          )}
          {byHand
            .filter(({ type }) => possible.has(type))
            .map(({ type }) => (
              <button key={type} type="button" onClick={() => onAct({ type: 'send', event: type })}>
                {words(type)} …
              </button>
            ))}
          {override && (
            <button type="button" onClick={() => onAct({ type: 'override', to: override.to })}>
              Override …
            </button>
          )}
          {view.status !== 'parked' && view.status !== 'rest' && (
            <button type="button" onClick={() => onAct({ type: 'park' })}>
              Park …
            </button>
          )}
        </div>
      )}
    </div>
  );
}

/** `CANCEL_ORDER` as a button says it. */
function words(type: string): string {
  const text = type.toLowerCase().replaceAll(/[_.]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function SagaChart({ answer: { view, graph, story } }: { readonly answer: SagaAnswer }) {
  const marks = useMemo(
    () => ({
      active: pathsIn(view.state),
      tone: view.status,
      ...(graph && traceWay(graph, story.entries)),
    }),
    [view, graph, story],
  );
  if (!graph) {
    return (
      <div class="card">
        <p class="empty">
          This server doesn't know version {view.version} of {view.saga}, so that it can't be drawn here.
        </p>
      </div>
    );
  }
  return (
    <div class="card">
      <ChartView graph={graph} marks={marks} />
    </div>
  );
}

function SagaTabs({ answer }: { readonly answer: SagaAnswer }) {
  const [tab, setTab] = useState<(typeof TABS)[number]>('Timeline');
  const { view, story, neighbours } = answer;
  const counts: Partial<Record<(typeof TABS)[number], number>> = {
    Timeline: story.entries.length,
    Steps: story.steps.length,
    Ledger: story.ledger.length,
    Neighbours: neighbours.length,
  };
  const move = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    const next = TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length] ?? tab;
    setTab(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="card">
      <div class="tabs" role="tablist" aria-label="About this saga" onKeyDown={move}>
        {TABS.map((one) => (
          <button
            key={one}
            id={`tab-${one}`}
            type="button"
            role="tab"
            aria-selected={tab === one}
            aria-controls="tab-panel"
            tabIndex={tab === one ? 0 : -1}
            onClick={() => setTab(one)}
          >
            {one}
            {counts[one] !== undefined && <span class="tally">{counts[one]}</span>}
          </button>
        ))}
      </div>
      <div id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab}`}>
        {!story.isWhole && tab !== 'JSON' && (
          <p class="quiet small pad">
            Its history can't be decided again here from some line on: steps and ledger are told up to there.
          </p>
        )}
        {tab === 'Timeline' && <TimelineView answer={answer} />}
        {tab === 'Steps' && <StepsView answer={answer} />}
        {tab === 'Ledger' && <LedgerView answer={answer} />}
        {tab === 'Neighbours' && <Neighbours answer={answer} />}
        {tab === 'JSON' && <JsonView value={view} />}
      </div>
    </div>
  );
}

function Neighbours({ answer: { neighbours } }: { readonly answer: SagaAnswer }) {
  const now = useNow(10_000);
  if (neighbours.length === 0) return <p class="empty">No other saga shares an attribute with it.</p>;
  return (
    <ul class="rows">
      {neighbours.map(({ id, saga, status, state, createdAt, shared }) => (
        <li key={id}>
          <StatusBadge status={status} />
          <a class="mono" href={href(`sagas/${encodeURIComponent(id)}`)}>
            {id}
          </a>
          <span class="quiet">
            {saga} · {stateName(state)} · {ago(createdAt, now)}
          </span>
          <span class="small attribute">
            same{' '}
            {Object.entries(shared)
              .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
              .join(', ') || 'as something that is not shown'}
          </span>
        </li>
      ))}
    </ul>
  );
}
