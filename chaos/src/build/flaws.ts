import pg from 'pg';
import type { Store } from '../../../packages/runner-postgres/src/ports/store.js';
import { currentFlaw } from './flaw.js';

/** The store, with the mistake of this process in it. */
export function flawed(store: Store): Store {
  switch (currentFlaw()) {
    case 'sweeper-never-runs':
      return { ...store, sweep: async (request) => ({ ...(await store.sweep(request)), rows: [] }) };
    case 'timers-never-fire':
      return { ...store, sweep: async (request) => ({ ...(await store.sweep(request)), timers: [] }) };
    case 'leases-without-end':
      return {
        ...store,
        redeliver: (rows) => store.redeliver(rows.filter(({ row }) => row.status !== 'leased')),
      };
    default:
      return store;
  }
}

/** Mistakes that are made as soon as the process starts. */
export function startFlawed(): void {
  if (currentFlaw() === 'password-printed') process.stdout.write(`uses ${process.env['DATABASE_URL']}\n`);
  if (currentFlaw() !== 'error-listener-missing') return;
  const { on } = pg.Client.prototype;
  pg.Client.prototype.on = function (this: pg.Client, event: string, listener: (...args: unknown[]) => void) {
    return event === 'error' ? this : Reflect.apply(on, this, [event, listener]);
  } as typeof on;
}

let calls = 0;

/** The idempotency key as it leaves the process. */
export function keySent(key: string): string {
  calls += 1;
  if (currentFlaw() === 'key-per-attempt') return `${key}:${process.pid}${calls}`;
  return currentFlaw() === 'undo-key-reused' && key.includes(':undo:') ? 'undo' : key;
}

/** What the process makes of an answer. */
export function answerTaken(url: string, response: Response): Response {
  const isOpen = currentFlaw() === 'no-answer-taken-for-a-no' && url.endsWith('/payments/authorize');
  return isOpen && response.status >= 500 ? refusal() : response;
}

/** What the process makes of no answer. @throws what was thrown, unless a mistake is made of it */
export function failureTaken(url: string, error: unknown): Response {
  if (currentFlaw() === 'no-answer-taken-for-a-no' && url.endsWith('/payments/authorize')) return refusal();
  throw error;
}

function refusal(): Response {
  return Response.json({ code: 'CARD_DECLINED', message: 'no answer' }, { status: 409 });
}
