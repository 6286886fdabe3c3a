import pg from 'pg';
import { type Clock, pause } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';

/** How long the end of its connection is waited for. */
const STOP_MS = 2_000;
const RETRY_MS = 1_000;
const ROUND_TRIP_MS = 3_000;

/** What a {@link Listener} is made of. */
export interface ListenerOptions {
  /** The pool whose settings it connects with; it takes none of the pool's connections. */
  readonly pool: pg.Pool;
  readonly channel: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onNotice: (payload: string) => void;
  /** Notices may have been missed: look at everything. */
  readonly onGap: () => void;
}

/**
 * Hears notices on a connection of its own, and connects again when it breaks. A notice is only ever a hint: the
 * sweep finds the same a little later. Behind a pooler that keeps no sessions none arrives; that is found out by
 * sending one to itself, and said once.
 */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #stopped = new AbortController();
  #client: pg.Client | undefined;
  #loop: Promise<void> | undefined;
  #heard: (() => void) | undefined;
  #isWarned = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  /** Begins to listen; resolves at once. */
  start(): void {
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    const given = new AbortController();
    const ended = this.#end().finally(() => given.abort());
    // A server that doesn't answer keeps nobody from ending.
    await Promise.race([ended, pause(this.#options.clock, STOP_MS, given.signal)]);
  }

  async #end(): Promise<void> {
    await this.#client?.end().catch(() => undefined);
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await this.#listenUntilBroken().catch((error: unknown) => {
        if (!signal.aborted) this.#options.logger.debug({ err: error }, 'the connection for notices broke');
      });
      await pause(this.#options.clock, RETRY_MS, signal);
    }
  }

  async #listenUntilBroken(): Promise<void> {
    // The pool's options object itself: its password isn't enumerable and would be lost by copying.
    const client = new pg.Client(this.#options.pool.options);
    const broken = new Promise<void>((_resolve, reject) => {
      client.on('error', reject);
      client.on('end', () => reject(new Error('the connection ended')));
    });
    broken.catch(() => undefined);
    client.on('notification', ({ payload }) => this.#hear(payload ?? ''));
    try {
      await client.connect();
      // Ending a client that is about to connect leaves both waiting for ever: it is known only from here on.
      if (this.#stopped.signal.aborted) return;
      this.#client = client;
      await client.query(`listen ${pg.escapeIdentifier(this.#options.channel)}`);
      this.#options.onGap();
      await this.#tryRoundTrip();
      await broken;
    } finally {
      this.#client = undefined;
      await client.end().catch(() => undefined);
    }
  }

  #hear(payload: string): void {
    if (payload === 'round-trip') this.#heard?.();
    else this.#options.onNotice(payload);
  }

  async #tryRoundTrip(): Promise<void> {
    const arrived = new Promise<'arrived'>((resolve) => {
      this.#heard = () => resolve('arrived');
    });
    // By another connection: a pooler would carry it back on this one. The types don't know that a query takes a limit.
    const question: pg.QueryConfig & { readonly query_timeout: number } = {
      text: 'select pg_notify($1, $2)',
      values: [this.#options.channel, 'round-trip'],
      query_timeout: ROUND_TRIP_MS,
    };
    await this.#options.pool.query(question);
    const late = new AbortController();
    const outcome = await Promise.race([arrived, pause(this.#options.clock, ROUND_TRIP_MS, late.signal)]);
    late.abort();
    if (outcome === 'arrived' || this.#isWarned || this.#stopped.signal.aborted) return;
    this.#isWarned = true;
    this.#options.logger.warn(
      { channel: this.#options.channel },
      'notices do not arrive (a pooler in transaction mode?): work is found by the sweep, up to a second later',
    );
  }
}
