import type { Store } from '../../../packages/runner-postgres/src/ports/store.js';

/** Mistakes that a run can switch on, to show that its judge sees them. */
const FLAWS = [
  'key-per-attempt',
  'refund-key-reused',
  'sweeper-never-runs',
  'leases-without-end',
  'wakeups-after-commit',
  'history-outside-the-transaction',
  'answers-unfenced',
  'error-listener-missing',
] as const;

/** See {@link FLAWS}. */
export type Flaw = (typeof FLAWS)[number];

/** The mistake that this process makes, if any. */
export function currentFlaw(): Flaw | undefined {
  return FLAWS.find((flaw) => flaw === process.env['CHAOS_FLAW']);
}

/** The store, with the mistake in it. */
export function flawed(store: Store): Store {
  switch (currentFlaw()) {
    case 'sweeper-never-runs':
      return {
        ...store,
        sweep: async (request) => ({ ...(await store.sweep(request)), rows: [], timers: [] }),
      };
    case 'leases-without-end':
      return {
        ...store,
        redeliver: async (rows) => await store.redeliver(rows.filter(({ row }) => row.status !== 'leased')),
      };
    case 'answers-unfenced':
      return {
        ...store,
        move: (body) =>
          store.move((tx) =>
            body({
              ...tx,
              claim: (request) =>
                tx.claim({ ...request, outbox: request.outbox.map((one) => ({ ...one, lease: null })) }),
            }),
          ),
      };
    default:
      return store;
  }
}
