import type { World } from './sim-connection.js';
import type { SimProcess } from './sim-process.js';

/** A participant that can be away as a whole. */
export type Participant = 'inventory' | 'payments' | 'others';

const UNDO = /^(?:releaseStock$|void |refund |cancelCoupon$)/;

/**
 * The network between a worker and the participants: calls that never arrive, arrive long after their caller has
 * given up, or do what they should and lose the answer.
 */
export class Remote {
  readonly away = new Set<Participant>();
  /** Calls that are on their way or being answered, by the worker that made them. */
  readonly inFlight = new Map<SimProcess, number>();
  /** Those among them that undo something. */
  readonly undoing = new Map<SimProcess, number>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  call<Answer>(process: SimProcess, to: Participant, name: string, act: () => Answer): Promise<Answer> {
    const { scheduler, random, faults } = this.#world;
    const count = (by: number) => this.#count(process, name, by);
    count(1);
    return new Promise<Answer>((resolve, reject) => {
      const answer = (settle: () => void) => {
        scheduler.after(random.between(0.5, 20), `${process.name} ${name} answered`, () => {
          count(-1);
          process.deliver(settle);
        });
      };
      if (faults.hit('call refused', 0.02)) {
        this.#sawNothingDone(name);
        return answer(() => reject(new Error(`${to}: connection refused`)));
      }
      const isLate = faults.hit('call arrives late', 0.01);
      const delayMs = isLate ? random.between(1_000, 40_000) : random.between(0.5, 60);
      scheduler.afterOutside(delayMs, `${process.name} ${name}`, () => {
        if (this.away.has(to)) {
          this.#sawNothingDone(name);
          return answer(() => reject(new Error(`${to}: 503`)));
        }
        const result = act();
        const saysTimeout = faults.hit('done, and said timeout', 0.02);
        // Nobody will ever hear of it: the step's own timeout has to end the attempt.
        const saysNothing = !saysTimeout && faults.hit('done, and said nothing', 0.006);
        if ((saysTimeout || saysNothing) && name.startsWith('authorize '))
          faults.saw('authorized, and nobody heard of it');
        if (saysTimeout) return answer(() => reject(new Error(`${to}: timeout`)));
        if (saysNothing) return count(-1);
        answer(() => resolve(result));
      });
    });
  }

  #count(process: SimProcess, name: string, by: number): void {
    this.inFlight.set(process, (this.inFlight.get(process) ?? 0) + by);
    if (UNDO.test(name)) this.undoing.set(process, (this.undoing.get(process) ?? 0) + by);
  }

  #sawNothingDone(name: string): void {
    const { faults } = this.#world;
    if (name.startsWith('authorize ')) faults.saw('not authorized, and nobody heard of it');
    if (name.startsWith('refund ')) faults.saw('refund not made for a while');
  }
}
