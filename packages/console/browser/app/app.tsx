import type { ComponentChildren } from 'preact';
import { useEffect, useErrorBoundary, useRef, useState } from 'preact/hooks';
import type { MeAnswer } from '../../src/wire.js';
import { ApiError, api } from './api.js';
import { ListView } from './list-view.js';
import { MachineView } from './machine-view.js';
import { MachinesView } from './machines-view.js';
import { href, usePlace } from './router.js';
import { SagaView } from './saga-view.js';
import { useTheme } from './theme.js';

const THEMES = { auto: '◐', light: '☀', dark: '☾' } as const;

/** The whole page. */
export function App() {
  const { path, query } = usePlace();
  const [theme, nextTheme] = useTheme();
  const [me, setMe] = useState<MeAnswer>();
  const [error, setError] = useState<ApiError>();
  useEffect(() => {
    api.me().then(setMe, (thrown: unknown) => thrown instanceof ApiError && setError(thrown));
  }, []);
  const [view = 'sagas', name] = path;
  const title = me?.title ?? 'Countermand';
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    document.title = `${name ?? (view === 'machines' ? 'Machines' : 'Sagas')} · ${title}`;
  }, [view, name, title]);
  return (
    <>
      <button type="button" class="skip-link" onClick={() => main.current?.focus()}>
        To the content
      </button>
      <header class="top">
        <a class="brand" href={href('sagas')}>
          <Mark />
          <span>{title}</span>
        </a>
        <nav aria-label="Console">
          <a href={href('sagas')} aria-current={view === 'sagas' ? 'page' : undefined}>
            Sagas
          </a>
          <a href={href('machines')} aria-current={view === 'machines' ? 'page' : undefined}>
            Machines
          </a>
        </nav>
        <span class="grow" />
        {me?.home && (
          <a class="home" href={me.home.href} target="_self">
            {me.home.label}
          </a>
        )}
        {me && (
          <span class="who" title={me.may.includes('act') ? 'may read and act' : 'may read'}>
            {me.name}
            {!me.may.includes('act') && <small> read only</small>}
          </span>
        )}
        <button type="button" class="icon" onClick={nextTheme} aria-label={`Theme: ${theme}. Change it`}>
          {THEMES[theme]}
        </button>
      </header>
      <main id="main" ref={main} tabIndex={-1}>
        {error && <p class="notice notice-bad">{error.message}</p>}
        <Guarded key={path.join('/')}>
          {view === 'sagas' && name === undefined && <ListView query={query} />}
          {view === 'sagas' && name !== undefined && (
            <SagaView key={name} id={name} mayAct={me?.may.includes('act') ?? false} />
          )}
          {view === 'machines' && name === undefined && <MachinesView />}
          {view === 'machines' && name !== undefined && <MachineView key={name} name={name} query={query} />}
        </Guarded>
      </main>
    </>
  );
}

/** Where something can't be shown, the rest of the page stays. */
function Guarded({ children }: { readonly children: ComponentChildren }) {
  const [error, again] = useErrorBoundary();
  if (error === undefined) return <>{children}</>;
  return (
    <p class="notice notice-bad" role="alert">
      This can't be shown here: {error instanceof Error ? error.message : String(error)}{' '}
      <button type="button" class="small" onClick={again}>
        Try again
      </button>
    </p>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <rect width="32" height="32" rx="8" class="mark-back" />
      <path d="M22 11.5A8 8 0 1 0 23.5 18M23.5 6.5v6h-6" class="mark-line" />
    </svg>
  );
}
