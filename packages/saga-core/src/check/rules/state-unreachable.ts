import type { Json } from '../../json.js';
import { allNodes } from '../../machine-nodes.js';
import type { Rule } from '../rule.js';

/** A state of the machine that is never entered. */
export const stateUnreachable: Rule = {
  code: 'state-unreachable',
  title: 'A state that is never entered',
  explanation:
    'Nothing that can happen leads there. A handler, a timer or a transition is missing, or the state is left over; ' +
    'either way what it was to do is never done.',
  mend: 'lead something there, or take the state out; where only other values lead there, give samples of them',
  saysNever: true,
  inspect: ({ machine }) => {
    const entered = new Set<string>();
    return {
      onMove: ({ decision }) => {
        // The history also tells of states that a decision only passes through.
        for (const { to } of decision.history) for (const path of pathsIn(to)) entered.add(path);
        return [];
      },
      atEnd: () => {
        const never = allNodes(machine)
          .filter(({ path }) => path.length > 0 && !entered.has(path.join('.')))
          // XState passes through a state that is left at once without telling of it.
          .filter(
            (node) => node.type !== 'history' && !node.always?.some(({ guard }) => guard === undefined),
          );
        const outermost = never.filter((node) => !node.parent || !never.includes(node.parent));
        return outermost.map(({ path }) => ({
          subject: path.join('.'),
          message: `nothing that can happen leads to ${path.join('.')}`,
        }));
      },
    };
  },
};

function pathsIn(value: Json, above = ''): string[] {
  if (typeof value === 'string') return [`${above}${value}`];
  return Object.entries(value ?? {}).flatMap(([key, inner]) => [
    `${above}${key}`,
    ...pathsIn(inner as Json, `${above}${key}.`),
  ]);
}
