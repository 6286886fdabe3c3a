import type { Participant, Remote } from './remote.js';
import type { World } from './sim-connection.js';
import type { SimDatabase } from './sim-database.js';
import type { SimWorker } from './sim-worker.js';

/** What a {@link Nemesis} has in its hands. */
export interface NemesisParts {
  readonly world: World;
  readonly database: SimDatabase;
  readonly remote: Remote;
  readonly workers: readonly SimWorker[];
  /** Sagas that the database refuses to save. */
  readonly poisoned: Set<string>;
  /** Puts another worker in the place of one that is gone. */
  readonly replace: (worker: SimWorker, afterMs: number) => void;
}

const PARTICIPANTS: readonly Participant[] = ['inventory', 'payments', 'others'];

/** Kills, pauses, stops and cuts off, at instants that the seed decides, until the faults stop. */
export class Nemesis {
  readonly #parts: NemesisParts;

  constructor(parts: NemesisParts) {
    this.#parts = parts;
  }

  begin(): void {
    this.#plan();
  }

  #plan(): void {
    const { scheduler, random, faults } = this.#parts.world;
    scheduler.after(random.between(50, 1_500), 'nemesis', () => {
      if (!faults.isOn) return;
      this.#strike();
      this.#plan();
    });
  }

  #strike(): void {
    const { random } = this.#parts.world;
    const drawn = random.next();
    if (drawn < 0.4) this.#kill();
    else if (drawn < 0.65) this.#pause();
    else if (drawn < 0.72) this.#terminate();
    else if (drawn < 0.8) this.#cutParticipant();
    else if (drawn < 0.87) this.#poison();
    else if (drawn < 0.94) this.#cutBackends();
    else if (drawn < 0.98) this.#restartDatabase();
    else for (const worker of [...this.#parts.workers]) this.#killOne(worker);
  }

  #pick(): SimWorker | undefined {
    const running = this.#parts.workers.filter(({ process }) => process.isRunning);
    // One that is in the middle of something, most of the time.
    const busy = running.filter(({ isBusy }) => isBusy);
    const among = busy.length > 0 && this.#parts.world.random.chance(0.8) ? busy : running;
    return among.length > 0 ? this.#parts.world.random.pick(among) : undefined;
  }

  #kill(): void {
    const worker = this.#pick();
    if (worker) this.#killOne(worker);
  }

  #killOne(worker: SimWorker): void {
    const { faults, random } = this.#parts.world;
    faults.count('worker killed');
    if (worker.isBusy) faults.count('work in flight hit');
    worker.kill();
    this.#parts.replace(worker, random.between(50, 3_000));
  }

  #pause(): void {
    const { scheduler, random, faults } = this.#parts.world;
    const worker = this.#pick();
    if (!worker) return;
    faults.count('worker paused');
    if (worker.isBusy) faults.count('work in flight hit');
    worker.pause();
    scheduler.after(random.between(500, 18_000), 'resume', () => worker.process.resume());
  }

  #terminate(): void {
    const { random, faults } = this.#parts.world;
    const worker = this.#pick();
    if (!worker) return;
    faults.count('worker stopped');
    const replaced = () => this.#parts.replace(worker, random.between(50, 1_000));
    worker.process.deliver(() => void worker.engine.stop(random.between(0, 3_000)).then(replaced));
  }

  #cutParticipant(): void {
    const { scheduler, random, faults } = this.#parts.world;
    const participant = random.pick(PARTICIPANTS);
    faults.count('participant away');
    this.#parts.remote.away.add(participant);
    scheduler.after(random.between(200, 8_000), 'participant back', () =>
      this.#parts.remote.away.delete(participant),
    );
  }

  #poison(): void {
    const { database, poisoned, world } = this.#parts;
    const moving = [...database.tables.sagas.values()].filter(({ settled }) => !settled);
    if (moving.length === 0) return;
    const { id } = world.random.pick(moving);
    world.faults.count('saga poisoned');
    poisoned.add(id);
    world.scheduler.after(world.random.between(200, 4_000), 'poison gone', () => poisoned.delete(id));
  }

  #cutBackends(): void {
    const { database, world } = this.#parts;
    for (const tx of [...database.open]) {
      world.faults.count('backend terminated');
      database.rollback(tx);
    }
  }

  #restartDatabase(): void {
    const { database, world } = this.#parts;
    world.faults.count('database restarted');
    database.crash();
    world.scheduler.after(world.random.between(50, 8_000), 'database up', () => {
      database.isUp = true;
    });
  }
}
