import { eventTaken } from '../event-taken.js';
import type { Rule } from '../rule.js';

/** A public event that no state ever takes. */
export const eventNeverTaken: Rule = {
  code: 'event-never-taken',
  title: 'A public event that no state ever takes',
  explanation:
    'The event is declared, so somebody will send it; but wherever the saga can be when it comes, it is ignored or ' +
    'kept in vain. A handler is missing, or the state that has it is never reached.',
  mend: 'take the event in the state that waits for it, or take it out of the public events',
  saysNever: true,
  inspect: (saga) => {
    const sent = new Set<string>();
    const taken = new Set<string>();
    return {
      onPlace: ({ causes, envelope }) => {
        for (const { event } of sent.size < Object.keys(saga.events).length ? causes.outside(envelope) : [])
          sent.add(event.type);
        return [];
      },
      onMove: (move) => {
        const type = eventTaken(move);
        if (type !== undefined) taken.add(type);
        return [];
      },
      atEnd: () =>
        [...sent]
          .filter((type) => !taken.has(type))
          .map((type) => ({
            subject: type,
            message: `${type} is a public event, but no state ever takes it`,
          })),
    };
  },
};
