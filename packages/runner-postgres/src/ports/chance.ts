import { randomUUID } from 'node:crypto';

/** Where ids and jitter come from; a simulation draws both from its seed. */
export interface Chance {
  uuid(): string;
  /** From 0 up to 1. */
  random(): number;
}

/** The machine's own chance. */
export const systemChance: Chance = { uuid: () => randomUUID(), random: () => Math.random() };
