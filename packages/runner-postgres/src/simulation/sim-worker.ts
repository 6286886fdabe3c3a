import type { OrderSaga } from '@countermand/saga-core/order';
import { Engine } from '../engine.js';
import type { Logger } from '../ports/logger.js';
import { SagaRegistry } from '../saga-registry.js';
import type { Faults } from './faults.js';
import type { Flaw } from './flaw.js';
import { orderAdapters } from './order-adapters.js';
import type { Remote } from './remote.js';
import type { Shop } from './shop.js';
import type { World } from './sim-connection.js';
import type { SimDatabase } from './sim-database.js';
import { SimProcess } from './sim-process.js';
import { SimStore } from './sim-store.js';

/** The events that a worker subscribes to, all under one name. */
export const SUBSCRIPTION = 'audit';

/** What a {@link SimWorker} is made of. */
export interface WorkerParts {
  readonly world: World;
  readonly database: SimDatabase;
  readonly remote: Remote;
  readonly shop: Shop;
  readonly saga: OrderSaga;
  readonly poisoned: ReadonlySet<string>;
  readonly eventTypes: readonly string[];
  readonly onEvent: (event: { readonly sagaId: string; readonly sequence: number }) => void;
  readonly tell: (from: SimWorker, notices: readonly string[]) => void;
  readonly logger: Logger;
  readonly flaw: Flaw | undefined;
}

/** A worker process with an engine of its own. */
export class SimWorker {
  readonly process: SimProcess;
  readonly engine: Engine;
  readonly store: SimStore;
  readonly #remote: Remote;
  readonly #faults: Faults;

  constructor(name: string, followUp: boolean, parts: WorkerParts) {
    const { world, database, remote, shop, saga, flaw, logger } = parts;
    const { scheduler, random, faults } = world;
    const skewMs = random.between(-7_200_000, 7_200_000);
    this.process = new SimProcess(name, scheduler, random, skewMs, random.between(0.995, 1.005));
    this.#remote = remote;
    this.#faults = faults;
    const tell = (notices: readonly string[]) => parts.tell(this, notices);
    const { process } = this;
    this.store = new SimStore({ world, process, database, poisoned: parts.poisoned, tell, flaw });
    const registry = new SagaRegistry([saga], { order: orderAdapters({ process, remote, shop, flaw }) });
    const { clock, chance } = process;
    const concurrency = 4 + random.below(12);
    this.engine = new Engine({ store: this.store, registry, clock, chance, logger, concurrency, followUp });
    for (const type of parts.eventTypes) {
      this.engine.addHandler(SUBSCRIPTION, type, ({ sagaId, sequence }) => {
        if (faults.hit('subscriber failed', 0.02)) throw new Error('the subscriber is away');
        parts.onEvent({ sagaId, sequence });
      });
    }
    this.engine.work();
  }

  /** Whether something is under way that a fault would hit. */
  get isBusy(): boolean {
    return this.store.connection.isInTransaction || (this.#remote.inFlight.get(this.process) ?? 0) > 0;
  }

  kill(): void {
    if ((this.#remote.undoing.get(this.process) ?? 0) > 0) this.#faults.saw('killed while undoing');
    this.process.kill();
    this.store.connection.drop();
  }

  pause(): void {
    this.process.pause();
    this.store.connection.idle();
  }
}
