import type { Outcome } from '../run-world.ts';
import { INVARIANTS } from './judge.ts';
import type { Signs } from './read-signs.ts';

/** Something that passed, or didn't. */
export interface Verdict {
  readonly name: string;
  readonly problems: readonly string[];
}

/**
 * What came of a world: its plans, its invariants, its end.
 *
 * @param isWhole - every plan had its turn: then the signs are judged, too. One plan alone may do what it should without
 *   any worker losing its lease.
 */
export function verdictsOf(
  { tallies, judgement, signs, badEnds }: Pick<Outcome, 'tallies' | 'judgement' | 'signs' | 'badEnds'>,
  isWhole: boolean,
): readonly Verdict[] {
  const { findings } = judgement;
  return [
    ...[...tallies].map(([{ title }, { problems }]) => ({ name: title, problems })),
    ...INVARIANTS.map((invariant) => ({
      name: `${invariant} holds`,
      problems: findings.filter((one) => one.invariant === invariant).map(({ detail }) => detail),
    })),
    { name: 'every process stops when it is asked to', problems: badEnds },
    ...(isWhole ? signVerdicts(signs) : []),
  ];
}

/** What a whole run must have seen: without it, it has shown nothing. */
export function signVerdicts({
  duplicates,
  zombies,
}: Pick<Signs, 'duplicates' | 'zombies'>): readonly Verdict[] {
  return [
    { name: 'a participant was called twice, with the same key', problems: atLeastOne(duplicates) },
    { name: 'a worker that had lost its lease was refused', problems: atLeastOne(zombies) },
  ];
}

/** Notifications are lost behind PgBouncer in transaction mode: the worker finds out, says so, and works all the same. */
export function pollingVerdict({ pollingWorkers, pooledSteps }: Signs): Verdict {
  return {
    name: 'the worker behind PgBouncer says that notices do not arrive, polls, and carries steps out',
    problems: [...atLeastOne(pollingWorkers), ...atLeastOne(pooledSteps)],
  };
}

function atLeastOne(count: number): readonly string[] {
  return count > 0 ? [] : ['not once: this run has shown nothing'];
}
