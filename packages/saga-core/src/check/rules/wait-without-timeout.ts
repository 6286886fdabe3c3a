import type { AnyStateNode } from 'xstate';
import { decide } from '../../decide.js';
import type { ArmedTimer, Envelope } from '../../envelope.js';
import { isAtRest } from '../../settle-rest.js';
import { leavesOf, REST_TAG } from '../../state-value.js';
import { restore } from '../../xstate-seam.js';
import { describeState } from '../describe-cause.js';
import { isInert, transitionsFor } from '../match-event.js';
import type { Rule, Stand } from '../rule.js';

/** The saga waits for somebody outside, and for nothing else. */
export const waitWithoutTimeout: Rule = {
  code: 'wait-without-timeout',
  title: 'A wait that nothing ends',
  explanation:
    'Events from outside may never come. A state that waits for one with no timer and no step in flight holds ' +
    'stock, money and the customer for ever, and nobody notices. A timer that only reminds and is armed again is ' +
    'enough: somebody hears of it.',
  mend: 'give the state an after: { NAME: ... } with a delay that setup({ delays }) names; where it waits for a step, take all of its answers',
  inspect: () => ({
    onPlace: (stand) => {
      const { saga, place, envelope, live } = stand;
      if (envelope.parked.length > 0 || envelope.compensation || isAtRest({ ...envelope, live })) return [];
      const stuck = leavesOf(live.nodes).filter(
        (leaf) => waitsForEver(leaf, envelope, Object.keys(saga.events)) && !isLedAway(leaf, stand),
      );
      const asked = envelope.runs.some(({ role, left }) => role !== 'action' && !left);
      // Without a step in flight or a timer, nothing but an event can move any part of it.
      const alone = !asked && envelope.timers.length === 0;
      if (!alone && stuck.length === 0) return [];
      const wheres = stuck.length > 0 ? stuck.map(({ path }) => path.join('.')) : [describeState(live.value)];
      return wheres.map((where) => ({
        subject: where,
        message: `${where} waits, with no step under way and no timer: only an event from outside can end that`,
        at: place,
      }));
    },
  }),
};

/** A leaf of a parallel machine of its own, of which no step and no timer makes anybody hear. */
function waitsForEver(leaf: AnyStateNode, { runs, timers }: Envelope, events: readonly string[]): boolean {
  const region = regionOf(leaf);
  const parallel = region.at(-1)?.parent;
  if (!parallel || region.some((node) => node.tags.includes(REST_TAG)) || leaf.type === 'final') return false;
  const waits = region.some((node) => events.some((type) => node.transitions.has(type)));
  const spawned = runs.some(({ role, left }) => role === 'invoke' && !left);
  const heard = timers.some((timer) => ancestry(leaf).some((node) => hears(node, timer)));
  return waits && !spawned && !heard;
}

/** Also a timer above the region, or one that was raised, is of a state that takes its event. */
function hears(node: AnyStateNode, { event }: ArmedTimer): boolean {
  return transitionsFor(node, event.type).some((transition) => !isInert(transition));
}

/** How many states are looked through; what moves on for so long is not held up. */
const MOST_LOOKED_AT = 100;

/** Whether timers of other regions, one after the other, lead out of the leaf, with nothing from outside. */
function isLedAway(leaf: AnyStateNode, { oracle, envelope }: Stand): boolean {
  const { saga } = oracle;
  const known = new Set<string>();
  const open: Envelope[] = [envelope];
  for (let next = 0; next < open.length; next += 1) {
    const before = open[next] as Envelope;
    if (next >= MOST_LOOKED_AT) return true;
    // Somebody is asked, and whatever the answer, this isn't the wait that was looked at.
    if (before.runs.length > envelope.runs.length) return true;
    for (const { id, visit } of before.timers) {
      const ways = oracle.allWays(() => decide(saga, before, { type: 'timer', id, visit }, 0));
      for (const { result } of ways) {
        const after = result.envelope;
        if (after.parked.length > 0) continue;
        if (!restore(saga.machine, after.snapshot).nodes.includes(leaf)) return true;
        const { value, context } = after.snapshot;
        const stand = JSON.stringify([value, context, after.timers.map((timer) => timer.id)]);
        if (known.has(stand)) continue;
        known.add(stand);
        open.push(after);
      }
    }
  }
  return false;
}

/** A node and its ancestors, up to where it is one of several regions; empty where it is in none. */
function regionOf(leaf: AnyStateNode): AnyStateNode[] {
  const nodes = ancestry(leaf);
  const top = nodes.findIndex(({ parent }) => parent?.type === 'parallel');
  return nodes.slice(0, top + 1);
}

function ancestry(node: AnyStateNode): AnyStateNode[] {
  return node.parent ? [node, ...ancestry(node.parent)] : [node];
}
