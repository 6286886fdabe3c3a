import { useEffect, useState } from 'preact/hooks';

/** `auto`: as the system has it. */
export type Theme = 'auto' | 'light' | 'dark';

const KEY = 'countermand-console-theme';
const NEXT = { auto: 'light', light: 'dark', dark: 'auto' } as const satisfies Record<Theme, Theme>;

function stored(): Theme {
  const theme = localStorage.getItem(KEY);
  return theme === 'light' || theme === 'dark' ? theme : 'auto';
}

/** The theme, and the next one; kept in the browser. */
export function useTheme(): readonly [Theme, () => void] {
  const [theme, setTheme] = useState<Theme>(stored);
  useEffect(() => {
    document.documentElement.dataset['theme'] = theme;
    localStorage.setItem(KEY, theme);
  }, [theme]);
  return [theme, () => setTheme(NEXT[theme])];
}
