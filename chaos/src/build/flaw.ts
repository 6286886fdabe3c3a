/** Mistakes that a run can switch on in its web and worker processes, each with what must catch it. */
export const FLAWS = {
  'key-per-attempt': 'E1',
  'undo-key-reused': 'L1',
  'no-answer-taken-for-a-no': 'M3',
  'sweeper-never-runs': 'L1',
  'timers-never-fire': 'L1',
  'leases-without-end': 'L1',
  'error-listener-missing': 'R2',
  'password-printed': 'X1',
} as const;

/** See {@link FLAWS}. */
export type Flaw = keyof typeof FLAWS;

/** The mistake that this process makes, if any. */
export function currentFlaw(): Flaw | undefined {
  return asFlaw(process.env['CHAOS_FLAW']);
}

/** A mistake by its name. */
export function asFlaw(name: string | undefined): Flaw | undefined {
  return name !== undefined && Object.hasOwn(FLAWS, name) ? (name as Flaw) : undefined;
}
