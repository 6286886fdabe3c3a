import { keepsOf } from '../../kept-obligations.js';
import { allNodes } from '../../machine-nodes.js';
import { didYouMean } from '../../nearest-name.js';
import type { Rule } from '../rule.js';

/** A state keeps what no contract opens. */
export const keepsUnopened: Rule = {
  code: 'keeps-unopened',
  title: 'A state keeps what nothing opens',
  explanation:
    'What a state keeps it names by the kind of the obligation, as the contract of a step or of an event has it that ' +
    'opens it. No contract opens this kind: it is misspelt, so that what was meant is not kept; or it is left over.',
  mend: 'write the kind as in the contract that opens it, or take it out; where sagas of an earlier version bring it along, accept it with that reason',
  onSaga: ({ machine, steps, events }) => {
    const opened = [...Object.values(steps), ...Object.values(events)].flatMap(
      ({ opens }) => opens?.kind ?? [],
    );
    const known = [...new Set(opened)];
    return allNodes(machine).flatMap((node) =>
      keepsOf(node)
        .filter(({ kind }) => !known.includes(kind))
        .map(({ kind }) => ({
          subject: `${kind} in ${node.path.join('.') || node.id}`,
          message: `${node.path.join('.') || node.id} keeps '${kind}', which no step and no event opens${didYouMean(kind, known)}`,
        })),
    );
  },
};
