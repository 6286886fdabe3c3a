import type { AnySaga } from '../saga-definition.js';
import type { CheckOptions } from './check-options.js';
import type { ReportInShort } from './check-report.js';
import { hasGuards, keptNews, openedOnce } from './describe-bounds.js';
import type { Exploration } from './explore.js';
import type { PossibleCauses } from './possible-causes.js';

/** More than so many things of one kind are counted, and not named. */
const MOST_NAMED = 1;

/**
 * A report's bounds and assumptions in a few words each: what its author says, and what hangs on this saga. Of what
 * holds for every saga only what matters most.
 */
export function inShort(
  saga: AnySaga,
  guessing: boolean,
  causes: PossibleCauses,
  options: CheckOptions,
  exploration: Exploration,
): ReportInShort {
  return {
    reduced: reducedBy(causes, options),
    assumed: [
      ...ofGuards(saga, guessing),
      ...ofValues(causes, options),
      ...ofContracts(saga),
      ...ofExploration(exploration, options),
      'adapters keep their contracts, and undos succeed',
    ],
  };
}

function reducedBy({ areMirrored, telling }: PossibleCauses, options: CheckOptions): string[] {
  const { ignore = [], alike = [], tells } = options;
  return [
    'times, visits, order',
    'what nothing asks for any more',
    ...(ignore.length > 0 ? [`the context's ${ignore.join(', ')}, which its author ignores`] : []),
    ...(tells ? ["the context beyond its author's tells"] : []),
    ...(alike.length > 1 ? [`which of ${alike.join(', ')} is which`] : []),
    ...(areMirrored && telling.length > 0 ? ['which made name is which'] : []),
  ];
}

function ofGuards(saga: AnySaga, guessing: boolean): string[] {
  if (guessing) return ['guards answer both ways'];
  return hasGuards(saga) ? ['guards are asked'] : [];
}

function ofValues({ telling }: PossibleCauses, { samples = {}, alike = [] }: CheckOptions): string[] {
  const own = [
    ...(samples.input ? ['input'] : []),
    ...Object.keys(samples.outputs ?? {}).map((name) => `output of ${name}`),
    ...Object.keys(samples.events ?? {}).map((type) => `event ${type}`),
  ];
  const { declines, details, messages } = samples;
  const ofFailures = Object.entries({ declines, details, messages }).flatMap(([what, given]) =>
    given ? [what] : [],
  );
  const stands = [...inKinds(own), ...ofFailures];
  return [
    ...(stands.length > 0 ? [`its author's samples stand for ${stands.join(', ')}`] : []),
    ...(telling.length > 0 ? [`made values stand for ${inKinds(telling).join(', ')}`] : []),
    ...(alike.length > 1 ? [`${alike.join(', ')} are alike`] : []),
  ];
}

function ofContracts(saga: AnySaga): string[] {
  const once = openedOnce(saga);
  const kept = keptNews(saga);
  return [
    ...(once.length > 0 ? [`opened once, whatever the key: by ${once.join(', ')}`] : []),
    ...(kept.length > 0 ? [`kept for long enough: ${kept.join(', ')}`] : []),
  ];
}

function ofExploration({ hurried, keptAtOnce, endless }: Exploration, { maxLate }: CheckOptions): string[] {
  return [
    ...keptAtOnce.flatMap(({ state, kind, most, isAskedAgain }) =>
      isAskedAgain ? [] : [`${state} keeps every ${kind}, up to ${most} at once`],
    ),
    ...(hurried && maxLate !== undefined
      ? [`at most ${maxLate} late ${maxLate === 1 ? 'answer' : 'answers'} at a time`]
      : []),
    ...(endless > 0 ? [`${endless} endless ${endless === 1 ? 'way' : 'ways'} behind guards can't be`] : []),
  ];
}

/** `input`, `5 outputs`, `event PAY`. */
function inKinds(values: readonly string[]): string[] {
  const told = (start: string, plural: string) => {
    const names = values.filter((one) => one.startsWith(start));
    return names.length > MOST_NAMED ? [`${names.length} ${plural}`] : names;
  };
  return [...told('input', 'inputs'), ...told('output of ', 'outputs'), ...told('event ', 'events')];
}
