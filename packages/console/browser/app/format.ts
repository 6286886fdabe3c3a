/** `4 min`, `2 h 5 min`, `3 d`: how long something lasts, in at most two units. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  const s = ms / 1_000;
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 60) return `${Math.floor(s)} s`;
  const minutes = Math.floor(s / 60);
  if (minutes < 60) return minutes < 10 ? two(minutes, 'min', Math.floor(s % 60), 's') : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return two(hours, 'h', minutes % 60, 'min');
  return two(Math.floor(hours / 24), 'd', hours % 24, 'h');
}

function two(a: number, unitA: string, b: number, unitB: string): string {
  return b > 0 ? `${a} ${unitA} ${b} ${unitB}` : `${a} ${unitA}`;
}

/** `2 min ago`. */
export function ago(at: number, now: number): string {
  const ms = now - at;
  return ms < 5_000 ? 'just now' : `${duration(ms).split(' ').slice(0, 2).join(' ')} ago`;
}

/** The time of day, to the second; with the date where that isn't today. */
export function clock(at: number): string {
  const date = new Date(at);
  const time = date.toLocaleTimeString(undefined, { hour12: false });
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? time : `${date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })} ${time}`;
}

/** `1,204`. */
export function count(value: number): string {
  return value.toLocaleString('en');
}

/** A state value as people read it: `PAID › checkingFraud`. */
export function stateName(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  const parts = Object.entries(value).map(([key, inner]) => {
    const below = stateName(inner);
    return below === '' ? key : `${key} › ${below}`;
  });
  return parts.join(' + ');
}

/** `after RESERVATION_TTL` for `xstate.after.RESERVATION_TTL.order.RESERVED`. */
export function timerName(id: string): string {
  const [, name] = /^xstate\.after\.([^.]+)\./.exec(id) ?? [];
  return name ?? id;
}

/** An amount of minor units in its currency: a euro has a hundred of them, a yen is one. */
export function money({ amount, currency }: { readonly amount: number; readonly currency: string }): string {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    const { maximumFractionDigits = 2 } = format.resolvedOptions();
    return format.format(amount / 10 ** maximumFractionDigits);
  } catch {
    // No code of a currency at all: points, say.
    return `${count(amount)} ${currency}`;
  }
}
