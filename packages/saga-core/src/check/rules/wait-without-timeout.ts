import type { AnyStateNode } from 'xstate';
import type { Envelope } from '../../envelope.js';
import { isAtRest } from '../../settle-rest.js';
import { leavesOf, REST_TAG } from '../../state-value.js';
import { describeState } from '../describe-cause.js';
import type { Rule } from '../rule.js';

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
    onPlace: ({ saga, place, envelope, live }) => {
      if (envelope.parked.length > 0 || envelope.compensation || isAtRest({ ...envelope, live })) return [];
      const stuck = leavesOf(live.nodes).filter((leaf) =>
        waitsForEver(leaf, envelope, Object.keys(saga.events)),
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

/** A leaf of a parallel machine of its own: only its own region's timers and steps end its wait. */
function waitsForEver(leaf: AnyStateNode, { runs, timers }: Envelope, events: readonly string[]): boolean {
  const region = lineage(leaf);
  const parallel = region.at(-1)?.parent;
  if (!parallel || region.some((node) => node.tags.includes(REST_TAG)) || leaf.type === 'final') return false;
  const waits = region.some((node) => events.some((type) => node.transitions.has(type)));
  const timed = region.some((node) => timers.some(({ id }) => id.endsWith(`.${node.id}`)));
  const spawned = runs.some(({ role, left }) => role === 'invoke' && !left);
  return waits && !timed && !spawned;
}

/** A node and its ancestors, up to where it is one of several regions; empty where it is in none. */
function lineage(node: AnyStateNode): AnyStateNode[] {
  const up: AnyStateNode[] = [];
  for (let one: AnyStateNode | undefined = node; one; one = one.parent) {
    up.push(one);
    if (one.parent?.type === 'parallel') return up;
  }
  return [];
}
