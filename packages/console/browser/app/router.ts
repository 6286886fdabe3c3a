import { useEffect, useState } from 'preact/hooks';

/** Where the page is: the path below the console's own, and its query. */
export interface Place {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

const MOVED = 'console:moved';

/** The place that the address bar names. */
function here(): Place {
  const base = new URL(document.baseURI).pathname;
  const { pathname, search } = location;
  const below = pathname.startsWith(base) ? pathname.slice(base.length) : '';
  return {
    path: below.split('/').filter(Boolean).map(decoded),
    query: new URLSearchParams(search),
  };
}

/** A part of a path as it is meant; what means nothing stays as it is, and is then not found. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** An address below the console's own: `sagas/ID`. */
export function href(path: string): string {
  return new URL(path, document.baseURI).pathname + (path.includes('?') ? path.slice(path.indexOf('?')) : '');
}

/** Goes to a place; `replace` leaves no step to go back to. */
export function go(path: string, { replace = false } = {}): void {
  history[replace ? 'replaceState' : 'pushState'](null, '', href(path));
  window.dispatchEvent(new Event(MOVED));
}

/** The place where the page is, whenever it changes. Links within the console are followed without loading anew. */
export function usePlace(): Place {
  const [place, setPlace] = useState(here);
  useEffect(() => {
    const moved = () => setPlace(here());
    const clicked = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null;
      if (!link || event.defaultPrevented || event.button !== 0) return;
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target) return;
      const base = new URL(document.baseURI);
      const to = new URL(link.href, base);
      if (to.origin !== base.origin || !to.pathname.startsWith(base.pathname)) return;
      event.preventDefault();
      history.pushState(null, '', to);
      moved();
      window.scrollTo(0, 0);
    };
    window.addEventListener('popstate', moved);
    window.addEventListener(MOVED, moved);
    document.addEventListener('click', clicked);
    return () => {
      window.removeEventListener('popstate', moved);
      window.removeEventListener(MOVED, moved);
      document.removeEventListener('click', clicked);
    };
  }, []);
  return place;
}
