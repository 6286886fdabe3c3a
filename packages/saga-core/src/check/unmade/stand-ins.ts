import type { Cut } from '../samples/making.js';
import { asksForPresence, handsOn, otherValues } from './other-values.js';
import type { Site } from './site.js';
import type { ValueFlow } from './value-flow.js';
import { areRelated, type Path, SHAPE } from './value-paths.js';
import { type Spot, spotKey } from './watch-value.js';

/** Something of which a few values stand for all. */
export interface StandInCut {
  readonly subject: string;
  readonly cut: Cut;
}

/** A value that makes a difference, and where in what is made it has to stand. */
export interface Found {
  readonly subject: string;
  readonly path: Path;
  readonly value: unknown;
}

/** That a function reads what a few values stand for, and none of them made a difference to it. */
export interface Doubt {
  readonly cut: StandInCut;
  /** The function, for people. */
  readonly by: string;
  /** Values that would make a difference to it. */
  readonly found: readonly Found[];
}

/** Where a few values don't stand for all: something depends on one, and it has come out the same for all of them. */
export function doubtsOf(flow: ValueFlow, cuts: readonly StandInCut[]): Doubt[] {
  if (cuts.length === 0) return [];
  const isOfAccount = flow.influence();
  return flow.sites.flatMap((site) =>
    site.unexplained
      .filter((spot) => site.decides || isOfAccount(spot))
      .flatMap((spot) => doubtsAt(flow, cuts, site, flow.sourcesOf(spot))),
  );
}

/** @param sources - what it has read, and where that comes from */
function doubtsAt(
  flow: ValueFlow,
  cuts: readonly StandInCut[],
  site: Site,
  sources: readonly Spot[],
): Doubt[] {
  const [spot] = sources;
  if (!spot) return [];
  const behind = cuts.filter(({ subject, cut: { path } }) =>
    sources.some((source) => source.subject === subject && areRelated(source.path, path)),
  );
  return behind.flatMap((cut): Doubt[] => {
    const found = valuesFor(flow, cut, site, spot, sources);
    const isKnown = found.length > 0;
    if (!isKnown && isHarmless(site, spotKey(spot), cut.cut.why)) return [];
    return [{ cut, by: site.name, found }];
  });
}

function isHarmless(site: Site, key: string, why: Cut['why']): boolean {
  // From a list a child is spawned for each element, and of lists the report says how long they are.
  if (site.isLenient || (why === 'list' && site.collects)) return true;
  // That there is none has been tried where there may be none; where somebody chose so, that is told of there.
  if (why !== 'details' && why !== 'key' && !site.hasRead(key)) return true;
  // What names a thing may be any name, but not that of nothing. What is only kept matters to who reads it there.
  const mayBeHanded = why === 'text' || why === 'number' || site.collects || !site.decides;
  return asksForPresence(site, key) || (mayBeHanded && handsOn(site, key));
}

/** Values of it that make a difference to whoever reads it, or what is made of it, on the way. */
function valuesFor(
  flow: ValueFlow,
  { subject, cut: { path, others } }: StandInCut,
  site: Site,
  spot: Spot,
  sources: readonly Spot[],
): Found[] {
  if (!others) return [];
  // How long a list is, is not a number of a schema's.
  const at = (one: Site, where: Spot) =>
    where.path.at(-1) === SHAPE ? [] : otherValues(one, spotKey(where), others);
  const direct = at(site, spot);
  const isOnTheWay = (one: Spot) =>
    flow.sourcesOf(one).some((source) => source.subject === subject && areRelated(source.path, path));
  const values =
    direct.length > 0
      ? direct
      : sources
          .slice(1)
          .filter(isOnTheWay)
          .flatMap((source) => flow.sites.flatMap((other) => at(other, source)));
  return [...new Set(values)].map((value) => ({ subject, path, value }));
}
