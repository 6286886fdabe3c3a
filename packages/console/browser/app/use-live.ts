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
 * Loads something, and again whenever the server says that it has changed. The stream connects again by itself, and
 * then it is loaded anew: what changed in between isn't told twice.
 *
 * @param key - what is loaded; another key begins anew
 * @param watch - the query of the stream of changes
 */
export function useLive<Value>(key: string, watch: string, load: () => Promise<Value>): Live<Value> {
  const [state, setState] = useState<{ key: string; value?: Value; error?: ApiError }>({ key });
  const [isLive, setLive] = useState(false);
  const latest = useRef({ key, load, turn: 0 });
  latest.current.key = key;
  latest.current.load = load;
  const reload = useCallback(() => {
    const { current } = latest;
    current.turn += 1;
    const { turn, key: asked } = current;
    current.load().then(
      (value) => turn === current.turn && setState({ key: asked, value }),
      (error: unknown) =>
        turn === current.turn &&
        setState((before) => ({
          ...(before.key === asked ? before : { key: asked }),
          error:
            error instanceof ApiError ? error : new ApiError(0, 'OFFLINE', 'The server does not answer.'),
        })),
    );
  }, []);
  useEffect(reload, [key, reload]);
  useEffect(() => {
    const source = new EventSource(new URL(`api/live?${watch}`, document.baseURI));
    source.addEventListener('hello', () => {
      setLive(true);
      reload();
    });
    source.addEventListener('changed', reload);
    source.addEventListener('error', () => setLive(false));
    return () => source.close();
  }, [watch, reload]);
  const isOwn = state.key === key;
  return { value: isOwn ? state.value : undefined, error: isOwn ? state.error : undefined, isLive, reload };
}
