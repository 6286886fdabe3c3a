import { type AnySaga, SagaError } from '@countermand/saga-core';
import type { ConformanceHost, CreateHost, HostRequest } from '@countermand/saga-core/testing';
import { createRunner } from '../create-runner.js';
import type { Pool } from '../db/open-pool.js';
import { notify } from '../db/save-moves.js';
import type { SchemaNames } from '../db/schema-name.js';
import { pgSession, type Session } from '../db/session.js';
import { endLeases, nextDue, type WhatIsLeft, whatIsLeft } from '../db/what-is-left.js';
import type { PublishedEvent } from '../deliver-event.js';
import { pause, systemClock } from '../ports/clock.js';
import type { PostgresRunner } from '../postgres-runner.js';
import { TestClock } from '../queue/pg-boss-queue.js';
import { LEASE_MS } from '../timing.js';
import { LeapClock } from './leap-clock.js';

/** Migrated tables without rows, for one host. */
export interface HostPlace {
  readonly pool: Pool;
  readonly names: SchemaNames;
  /** Called when the host's runner has stopped. */
  leave(): Promise<void>;
}

/** How a host runs. */
export interface HostSettings {
  readonly followUp: boolean;
  readonly settleTimeoutMs: number;
}

/** Hosts in virtual time, which passes by leaps; in between, the process goes on at its own pace. */
export function virtualTimeHosts(findPlace: () => Promise<HostPlace>, settings: HostSettings): CreateHost {
  return async (request) => {
    const place = await findPlace();
    const host = new VirtualTimeHost(place, request, settings);
    try {
      await host.open();
      return host;
    } catch (error) {
      await host.close();
      throw error;
    }
  };
}

class VirtualTimeHost implements ConformanceHost {
  readonly #place: HostPlace;
  readonly #request: HostRequest;
  readonly #settings: HostSettings;
  readonly #session: Session;
  readonly #time = new TestClock('2030-01-01T00:00:00Z');
  readonly #clock = new LeapClock(this.#time);
  readonly #published: PublishedEvent[] = [];
  #runner: PostgresRunner | undefined;

  constructor(place: HostPlace, request: HostRequest, settings: HostSettings) {
    this.#place = place;
    this.#request = request;
    this.#settings = settings;
    this.#session = pgSession(place.pool);
  }

  get runner(): PostgresRunner {
    if (!this.#runner) throw new Error('the host is not open');
    return this.#runner;
  }

  async open(): Promise<void> {
    const { pool, names } = this.#place;
    const { sagas, adapters, publishes } = this.#request;
    this.#runner = createRunner({
      ...{ pool, schema: names.plain, sagas, clock: this.#clock },
      followUp: this.#settings.followUp,
      adapters: adaptersOf(sagas, adapters),
    });
    for (const type of publishes)
      await this.runner.on(type, { name: 'suite' }, (event) => {
        this.#published.push(event);
      });
    await this.runner.work();
  }

  async settle(): Promise<void> {
    const { settleTimeoutMs } = this.#settings;
    const endsAt = Date.now() + settleTimeoutMs;
    for (;;) {
      const isLastTry = Date.now() >= endsAt;
      const left = await this.#left();
      if (left.due + left.messages > 0) await this.#wake();
      else if (left.sent === 0 && left.leased <= this.#request.held()) return;
      if (isLastTry) throw new SagaError('WAIT_TIMED_OUT', unsettled(left, settleTimeoutMs));
      await pause(systemClock, 20);
    }
  }

  async crash(): Promise<number> {
    await this.runner.stop({ graceMs: 0 });
    await endLeases(this.#session, this.#place.names, 0);
    await this.open();
    await this.#wake();
    await this.settle();
    return 0;
  }

  async advance(ms: number): Promise<void> {
    const until = this.#time.now() + ms;
    for (;;) {
      const at = await nextDue(this.#session, this.#place.names);
      if (at === null || at > until) break;
      await this.#moveTo(at);
    }
    await this.#moveTo(until);
  }

  published(id: string) {
    const own = this.#published.filter(({ sagaId }) => sagaId === id);
    return Promise.resolve(
      own.map(({ sequence, type, payload }) => ({ sequence, event: { ...payload, type } })),
    );
  }

  async close(): Promise<void> {
    try {
      await this.#runner?.stop({ graceMs: 100 });
    } finally {
      await this.#place.leave();
    }
  }

  async #moveTo(at: number): Promise<void> {
    while (this.#time.now() < at) {
      // A worker that holds leases mustn't be away for longer than they last.
      const { leased } = await this.#left();
      const rest = at - this.#time.now();
      await this.#clock.leap(leased > 0 ? Math.min(1_000, rest) : rest);
      // As long as the worker would have made them last in the time that the leap left out.
      await endLeases(this.#session, this.#place.names, LEASE_MS);
      await this.settle();
    }
  }

  #left(): Promise<WhatIsLeft> {
    return whatIsLeft(this.#session, this.#place.names);
  }

  #wake(): Promise<void> {
    return notify(this.#session, this.#place.names, []);
  }
}

function adaptersOf(sagas: readonly AnySaga[], adapters: Readonly<Record<string, unknown>>) {
  const byName = sagas.map(({ name }) => {
    const versions = sagas.filter((saga) => saga.name === name);
    const steps = versions.flatMap((saga) => Object.keys(saga.steps));
    return [name, Object.fromEntries(steps.map((step) => [step, adapters[step]]))];
  });
  return Object.fromEntries(byName) as Record<string, object>;
}

function unsettled({ leased, sent, due, messages }: WhatIsLeft, timeoutMs: number): string {
  const left = `${leased} attempts under way, ${sent} deliveries, ${due} rows due, ${messages} messages`;
  return `after ${timeoutMs} ms still not settled: ${left}; does an adapter never answer?`;
}
