import type { Chance } from '../ports/chance.js';
import type { Clock } from '../ports/clock.js';
import type { Planned, Scheduler } from './scheduler.js';
import type { SeededRandom } from './seeded-random.js';

/**
 * A process: whatever reaches it goes through {@link SimProcess.deliver}. A dead one gets nothing any more, so that
 * everything which waits in it waits for ever; a paused one gets everything when it is resumed.
 */
export class SimProcess {
  readonly clock: Clock;
  readonly chance: Chance;
  readonly #scheduler: Scheduler;
  readonly #random: SeededRandom;
  readonly #startedAt: number;
  /** What came while it was paused. */
  #missed: (() => void)[] = [];
  #state: 'running' | 'paused' | 'dead' = 'running';
  #ids = 0;

  /** @param skewMs - how far its clock is off; `rate`: how fast it goes */
  constructor(
    readonly name: string,
    scheduler: Scheduler,
    random: SeededRandom,
    readonly skewMs: number,
    rate: number,
  ) {
    this.#scheduler = scheduler;
    this.#random = random;
    this.#startedAt = scheduler.now;
    this.chance = { uuid: () => `${name}-${++this.#ids}`, random: () => random.next() };
    this.clock = {
      now: () => this.#startedAt + skewMs + (scheduler.now - this.#startedAt) * rate,
      setTimeout: (run, delayMs) => this.#timer(run, delayMs / rate),
      clearTimeout: (timer) => (timer as Planned).cancel(),
      setInterval: () => {
        throw new Error('the engine sets no intervals');
      },
      clearInterval: () => undefined,
    };
  }

  get isAlive(): boolean {
    return this.#state !== 'dead';
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  /** Lets something from outside go on inside of the process. */
  deliver(run: () => void): void {
    if (this.#state === 'running') run();
    else if (this.#state === 'paused') this.#missed.push(run);
  }

  kill(): void {
    this.#state = 'dead';
    this.#missed = [];
  }

  pause(): void {
    if (this.#state === 'running') this.#state = 'paused';
  }

  /** What was missed comes one after the other: in its order, or, as sockets are read, in any. */
  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    const missed = this.#missed;
    this.#missed = [];
    const order = this.#random.chance(0.5) ? missed : this.#random.shuffle(missed);
    for (const [index, run] of order.entries()) {
      this.#scheduler.after(index * 0.001, `${this.name} catches up`, () => this.deliver(run));
    }
  }

  #timer(run: () => void, delayMs: number): Planned {
    let isCancelled = false;
    const planned = this.#scheduler.after(delayMs, `${this.name} timer`, () =>
      this.deliver(() => {
        if (!isCancelled) run();
      }),
    );
    return {
      cancel: () => {
        isCancelled = true;
        planned.cancel();
      },
    };
  }
}
