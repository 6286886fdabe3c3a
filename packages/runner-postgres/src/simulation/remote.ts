import type { World } from './sim-connection.js';
import type { SimProcess } from './sim-process.js';

/** A participant that can be away as a whole. */
export type Participant = 'inventory' | 'payments' | 'others';

/**
 * The network between a worker and the participants: calls that never arrive, arrive long after their caller has
 * given up, or do what they should and lose the answer.
 */
export class Remote {
  readonly away = new Set<Participant>();
  /** Calls that are on their way or being answered, by the worker that made them. */
  readonly inFlight = new Map<SimProcess, number>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  call<Answer>(process: SimProcess, to: Participant, name: string, act: () => Answer): Promise<Answer> {
    const { scheduler, random, faults } = this.#world;
    this.#count(process, 1);
    return new Promise<Answer>((resolve, reject) => {
      const answer = (settle: () => void) => {
        scheduler.after(random.between(0.5, 20), `${process.name} ${name} answered`, () => {
          this.#count(process, -1);
          process.deliver(settle);
        });
      };
      if (faults.hit('call refused', 0.02))
        return answer(() => reject(new Error(`${to}: connection refused`)));
      const isLate = faults.hit('call arrives late', 0.01);
      const delayMs = isLate ? random.between(1_000, 40_000) : random.between(0.5, 60);
      scheduler.afterOutside(delayMs, `${process.name} ${name}`, () => {
        if (this.away.has(to)) return answer(() => reject(new Error(`${to}: 503`)));
        const result = act();
        if (faults.hit('done, and said timeout', 0.02))
          return answer(() => reject(new Error(`${to}: timeout`)));
        // Nobody will ever hear of it: the step's own timeout has to end the attempt.
        if (faults.hit('done, and said nothing', 0.006)) return this.#count(process, -1);
        answer(() => resolve(result));
      });
    });
  }

  #count(process: SimProcess, by: number): void {
    this.inFlight.set(process, (this.inFlight.get(process) ?? 0) + by);
  }
}
