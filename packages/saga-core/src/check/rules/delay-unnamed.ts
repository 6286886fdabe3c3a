import { actionsOf, allNodes } from '../../machine-nodes.js';
import { describeDuration } from '../describe-duration.js';
import type { Rule } from '../rule.js';

/** A timer's delay has no name. */
export const delayUnnamed: Rule = {
  code: 'delay-unnamed',
  title: 'A delay without a name',
  explanation:
    "A timer's identity contains its delay. A number in the machine means that a stored saga no longer finds its " +
    'timers when the number changes; a name stays.',
  mend: "name the delay in setup({ delays }) and use the name: raise(event, { id, delay: 'NAME' })",
  onSaga: ({ machine }) =>
    allNodes(machine).flatMap((node) =>
      actionsOf(node)
        .map((action) => machine.implementations.actions[nameOf(action)] ?? action)
        .filter(hasNumericDelay)
        .map(({ delay }) => {
          const where = node.path.join('.') || 'the machine';
          return {
            subject: where,
            message: `${where} raises an event after ${describeDuration(delay)}; the delay has no name`,
          };
        }),
    ),
};

function nameOf(action: unknown): string {
  if (typeof action === 'string') return action;
  return typeof action === 'object' && action !== null && 'type' in action ? String(action.type) : '';
}

function hasNumericDelay(action: unknown): action is { readonly delay: number } {
  return typeof action === 'function' && 'delay' in action && typeof action.delay === 'number';
}
