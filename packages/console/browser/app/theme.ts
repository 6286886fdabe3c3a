import { useEffect, useState } from 'preact/hooks';

/** `auto`: as the system has it. */
export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'countermand-console-theme';
const NEXT = { auto: 'light', light: 'dark', dark: 'auto' } as const satisfies Record<Theme, Theme>;

function stored(): Theme {
  const theme = storage()?.getItem(KEY);
  return theme === 'light' || theme === 'dark' ? theme : 'auto';
}

/** A browser that keeps nothing for pages throws when it is asked. */
function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}

/** The theme, and the next one; kept in the browser. */
export function useTheme(): readonly [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(stored);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
    storage()?.setItem(KEY, theme);
  }, [theme]);
  return [theme, () => setTheme(NEXT[theme])];
}
