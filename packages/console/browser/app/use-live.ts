import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from './api.js';

/** What the server said last, kept up to date. */
export interface Live<Value> {
  readonly value: Value | undefined;
  readonly error: ApiError | undefined;
  /** Connected to the stream of changes. */
  readonly isLive: boolean;
  readonly reload: () => void;
}

/**
 * Loads something, and again whenever the server says that it has changed: one load at a time, however fast it changes.
 * After the stream was interrupted it is loaded anew, for what changed in between isn't told twice.
 *
 * @param key - what is loaded; another key begins anew
 * @param watch - the query of the stream of changes
 */
export function useLive<Value>(key: string, watch: string, load: () => Promise<Value>): Live<Value> {
  const [state, setState] = useState<{ key: string; value?: Value; error?: ApiError }>({ key });
  const latest = useRef<Loading<Value>>({ key, load, loading: undefined, isWanted: false });
  latest.current.key = key;
  latest.current.load = load;
  const reload = useCallback(() => {
    const { current } = latest;
    const asked = current.key;
    if (current.loading === asked) {
      current.isWanted = true;
      return;
    }
    current.loading = asked;
    current.isWanted = false;
    const settle = (next: (before: { key: string; value?: Value }) => typeof state) => {
      if (current.loading !== asked) return;
      current.loading = undefined;
      setState((before) => next(before.key === asked ? before : { key: asked }));
      if (current.isWanted) reload();
    };
    current.load().then(
      (value) => settle(() => ({ key: asked, value })),
      (error: unknown) => settle((before) => ({ ...before, error: toApiError(error) })),
    );
  }, []);
  useEffect(reload, [key, reload]);
  const isLive = useChanges(watch, reload);
  const isOwn = state.key === key;
  return { value: isOwn ? state.value : undefined, error: isOwn ? state.error : undefined, isLive, reload };
}

interface Loading<Value> {
  key: string;
  load: () => Promise<Value>;
  /** The key of what is on its way. */
  loading: string | undefined;
  /** It has changed since that was asked for. */
  isWanted: boolean;
}

function toApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError(0, 'OFFLINE', 'The server does not answer.');
}

const AGAIN_MS = 3_000;

/**
 * Calls back when the stream of changes begins, and for each of them. While the page isn't seen it isn't connected: a
 * browser has few connections to one server, which all of its tabs share.
 *
 * @returns whether it is connected
 */
function useChanges(watch: string, onChange: () => void): boolean {
  const [isLive, setLive] = useState(false);
  useEffect(() => {
    let source: EventSource | undefined;
    let again: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      const opened = new EventSource(new URL(`api/live?${watch}`, document.baseURI));
      source = opened;
      opened.addEventListener('hello', () => {
        setLive(true);
        onChange();
      });
      opened.addEventListener('changed', onChange);
      opened.addEventListener('error', () => {
        setLive(false);
        if (opened.readyState !== EventSource.CLOSED) return;
        // A browser gives up where the answer was no stream: a proxy's 502, or nobody is signed in. Loading says which.
        onChange();
        again = setTimeout(open, AGAIN_MS);
      });
    };
    const close = () => {
      clearTimeout(again);
      source?.close();
      source = undefined;
    };
    const seen = () => {
      close();
      if (document.visibilityState === 'visible') open();
      else setLive(false);
    };
    document.addEventListener('visibilitychange', seen);
    seen();
    return () => {
      document.removeEventListener('visibilitychange', seen);
      close();
    };
  }, [watch, onChange]);
  return isLive;
}
