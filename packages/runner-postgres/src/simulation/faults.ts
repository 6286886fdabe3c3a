import type { SeededRandom } from './seeded-random.js';

/** Situations that every long run must have seen; a fault brings them about, or a customer, or a participant. */
export const SCENES = [
  'click at the instant of a deadline',
  'news sent more than once',
  'news before its order',
  'news that was kept',
  'money after the end',
  'authorized, and nobody heard of it',
  'not authorized, and nobody heard of it',
  'refund not made for a while',
  'refund made later',
  'refund failed later',
  'killed while undoing',
] as const;

/** See {@link SCENES}. */
export type Scene = (typeof SCENES)[number];

/** Draws faults, counts those that were injected, and injects none any more once it is told to stop. */
export class Faults {
  readonly counts = new Map<string, number>();
  readonly scenes = new Map<Scene, number>();
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

  /** Such a situation has come about. */
  saw(scene: Scene): void {
    this.scenes.set(scene, (this.scenes.get(scene) ?? 0) + 1);
  }

  stop(): void {
    this.#isOn = false;
  }
}
