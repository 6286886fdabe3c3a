import type { Rule } from '../rule.js';

/** A step that opens something is repeated although a repeat may open it twice. */
export const repeatUnsafe: Rule = {
  code: 'repeat-unsafe',
  title: 'A step whose repeat may open something twice',
  explanation:
    'An attempt whose answer is lost is repeated. Where the participant takes a repeat for something new, and no probe ' +
    'can tell whether the attempt before took effect, there are two of what the ledger has once, and one of them is ' +
    'never undone.',
  mend: 'send the idempotency key so that a repeat has one effect, or give the step a probe, or a single attempt',
  onSaga: ({ steps }) =>
    Object.values(steps).flatMap(({ name, opens, idempotent, probe, retry }) =>
      opens && !idempotent && !probe && retry.attempts > 1
        ? {
            subject: name,
            message: `step ${name}, which opens ${opens.kind}, is tried ${retry.attempts} times, but it is neither idempotent nor has a probe`,
          }
        : [],
    ),
};
