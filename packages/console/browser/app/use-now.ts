import { useEffect, useState } from 'preact/hooks';

/** The time, again every so often. @param offsetMs - how far the server's clock is ahead of this one's */
export function useNow(everyMs: number, offsetMs = 0): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now + offsetMs;
}
