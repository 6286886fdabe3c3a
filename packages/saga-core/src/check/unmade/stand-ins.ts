import type { Cut } from '../samples/making.js';
import { asksForPresence, handsOn, otherValues } from './other-values.js';
import type { Site } from './site.js';
import { takenApart } from './taken-apart.js';
import type { ValueFlow } from './value-flow.js';
import { areRelated, KEYS, type Path, SHAPE } from './value-paths.js';
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
  /** Whether it has made a difference, or was handed on, and the function does more with it. */
  readonly isApart: boolean;
}

/** Where a few values don't stand for all: something depends on one, and it has come out the same for all of them. */
export function doubtsOf(flow: ValueFlow, cuts: readonly StandInCut[]): Doubt[] {
  if (cuts.length === 0) return [];
  const { isUsed, isOfAccount } = flow.influence();
  return flow.sites.flatMap((site) => {
    const { unexplained, explained } = site;
    const open = unexplained.filter((spot) => site.decides || isOfAccount(spot));
    const others = [...unexplained.filter((spot) => !open.includes(spot)), ...explained];
    const used = others.filter((spot) => site.decides || isUsed(spot, site));
    return [
      ...open.flatMap((spot) => doubtsAt(flow, cuts, site, flow.sourcesOf(spot))),
      ...used.flatMap((spot) => doubtsOfApart(flow, cuts, site, spot)),
    ];
  });
}

/** Of what has made a difference, or is handed on: it may be taken apart, and be another one then. */
function doubtsOfApart(flow: ValueFlow, cuts: readonly StandInCut[], site: Site, spot: Spot): Doubt[] {
  if (site.isLenient || spot.path.at(-1) === SHAPE || spot.path.at(-1) === KEYS) return [];
  const textual = cuts.filter(({ cut: { why } }) => TEXTUAL.includes(why));
  const behind = behindOf(textual, flow.sourcesOf(spot));
  if (behind.length === 0 || !takenApart(site, spotKey(spot)).isBeyond) return [];
  return behind.map((cut): Doubt => ({ cut, by: site.name, found: [], isApart: true }));
}

/** What can be taken apart. */
const TEXTUAL: readonly Cut['why'][] = ['text', 'number', 'message'];

/** What of all that wasn't tried stands at one of these; of keys that no schema names, each for itself. */
function behindOf(cuts: readonly StandInCut[], sources: readonly Spot[]): StandInCut[] {
  return cuts.flatMap((one) => {
    const { subject, cut } = one;
    const { path, why, named = [] } = cut;
    const those = sources.filter((source) => source.subject === subject && isBehind(source.path, path, why));
    if (why !== 'more') return those.length > 0 ? [one] : [];
    const [unnamed] = those.filter((source) => !named.includes(source.path[path.length - 1] ?? ''));
    return unnamed ? [{ subject, cut: { ...cut, path: unnamed.path } }] : [];
  });
}

function isBehind(source: Path, path: Path, why: Cut['why']): boolean {
  const isOfKeys = why === 'more' || why === 'key';
  // Whether there are other keys is a matter of those who have some.
  if (source.at(-1) === KEYS) return isOfKeys && source.length === path.length && areRelated(source, path);
  return areRelated(source, path) && (why !== 'more' || source.length >= path.length);
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
  return behindOf(cuts, sources).flatMap((cut): Doubt[] => {
    const found = valuesFor(flow, cut, site, spot, sources);
    const isKnown = found.length > 0;
    if (!isKnown && isHarmless(site, spotKey(spot), cut.cut.why)) return [];
    return [{ cut, by: site.name, found, isApart: false }];
  });
}

function isHarmless(site: Site, key: string, why: Cut['why']): boolean {
  // From a list a child is spawned for each element, and of lists the report says how long they are.
  if (site.isLenient || (why === 'list' && site.collects)) return true;
  // That there is none has been tried where there may be none; where somebody chose so, that is told of there.
  const mayBeAnother = why === 'details' || why === 'key' || why === 'more';
  if (!mayBeAnother && !site.hasRead(key)) return true;
  // Something stood there: it is named elsewhere.
  if (why === 'more' && site.hasRead(key)) return !isOfKeys(key);
  // What names a thing may be any name, but not that of nothing. What is only kept matters to who reads it there.
  const mayBeHanded = why === 'text' || why === 'number' || site.collects || !site.decides;
  const isHarmlessSoFar = asksForPresence(site, key) || (mayBeHanded && handsOn(site, key));
  return isHarmlessSoFar && !takenApart(site, key).isApart;
}

function isOfKeys(key: string): boolean {
  return key.endsWith(KEYS);
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
