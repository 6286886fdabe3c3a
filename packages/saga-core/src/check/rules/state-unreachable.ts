import { watchEnteredStates } from '../../entered-states.js';
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
    const entered = watchEnteredStates(machine);
    return {
      atEnd: () => {
        const never = allNodes(machine).filter(
          ({ path, type }) => path.length > 0 && type !== 'history' && !entered.has(path.join('.')),
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
