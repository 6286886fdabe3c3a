import { onceForEach } from '../once-for-each.js';
import { eventTaken } from './event-taken.js';
import type { Move } from './rule.js';

/** From which place to which one gets only by a decision that takes an event; by event. */
export class TakenOnTheWay {
  readonly #only = new Map<string, Set<string>>();
  /** All decisions of a place follow one another; of those of the last one, which events take one where. */
  #from = -1;
  #led = new Map<number, Set<string | undefined>>();

  note(move: Pick<Move, 'step' | 'decision' | 'to'>): void {
    if (!move.step) return;
    const { index } = move.step.from;
    if (index !== this.#from) this.#turn(index);
    onceForEach(this.#led, move.to, () => new Set<string | undefined>()).add(eventTaken(move));
  }

  /** Whether one gets from this place to that without taking the event. */
  isPassed(type: string): (from: number, to: number) => boolean {
    this.#turn(-1);
    const only = this.#only.get(type);
    return (from, to) => !only?.has(`${from} ${to}`);
  }

  #turn(next: number): void {
    for (const [to, types] of this.#led) {
      const [type, ...others] = types;
      if (type !== undefined && others.length === 0)
        onceForEach(this.#only, type, () => new Set()).add(`${this.#from} ${to}`);
    }
    this.#from = next;
    this.#led = new Map();
  }
}
