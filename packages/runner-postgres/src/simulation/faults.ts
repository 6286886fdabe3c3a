import type { SeededRandom } from './seeded-random.js';

/** Draws faults, counts those that were injected, and injects none any more once it is told to stop. */
export class Faults {
  readonly counts = new Map<string, number>();
  readonly #random: SeededRandom;
  #isOn = true;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** Whether the fault happens, which is counted. */
  hit(name: string, probability: number): boolean {
    if (!this.#isOn || !this.#random.chance(probability)) return false;
    this.count(name);
    return true;
  }

  count(name: string, by = 1): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + by);
  }

  stop(): void {
    this.#isOn = false;
  }
}
