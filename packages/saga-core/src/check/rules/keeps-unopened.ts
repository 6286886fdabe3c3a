import { keepsOf } from '../../kept-obligations.js';
import { allNodes } from '../../machine-nodes.js';
import { didYouMean } from '../../nearest-name.js';
import type { AnySaga } from '../../saga-definition.js';
import type { Found, Rule } from '../rule.js';

const MEND_UNDO =
  'open what is to stay by a step of its own, after the compensation; or, where what the undo gives is meant to stay, ' +
  'take opens out of the contract of the undo, and keep nothing of it';

/** A state keeps what no contract opens. */
export const keepsUnopened: Rule = {
  code: 'keeps-unopened',
  title: 'A state keeps what nothing opens',
  explanation:
    'What a state keeps it names by the kind of the obligation, as the contract of a step or of an event has it that ' +
    'opens it. No contract opens this kind: it is misspelt, so that what was meant is not kept; or it is left over. Or ' +
    'only an undo opens it, and is never run but by a compensation, which undoes what its undos open as well.',
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
  inspect: (saga) => {
    const invoked = new Set<string>();
    return {
      onMove: ({ decision: { effects } }) => {
        for (const effect of effects)
          if (effect.type === 'runStep' && effect.role === 'invoke') invoked.add(effect.step);
        return [];
      },
      atEnd: () => openedByUndos(saga, invoked),
    };
  },
  saysNever: true,
};

/** What a state keeps, and only a compensation ever opens, which undoes it before it ends. */
function openedByUndos({ machine, steps, events }: AnySaga, invoked: ReadonlySet<string>): Found[] {
  const openers = (kind: string) => Object.values(steps).filter(({ opens }) => opens?.kind === kind);
  const undos = new Set(Object.values(steps).map(({ opens }) => opens?.undo));
  const isTold = new Set(Object.values(events).map(({ opens }) => opens?.kind));
  return allNodes(machine).flatMap((node) =>
    keepsOf(node).flatMap(({ kind }) => {
      const names = openers(kind).map(({ name }) => name);
      const isByUndo = names.length > 0 && names.every((name) => undos.has(name) && !invoked.has(name));
      if (!isByUndo || isTold.has(kind)) return [];
      const where = node.path.join('.') || node.id;
      const message = `${where} keeps '${kind}', which only the undo ${names.join(', ')} opens: compensation undoes that, too, before it ends`;
      return [{ subject: `${kind} in ${where}`, message, mend: MEND_UNDO }];
    }),
  );
}
