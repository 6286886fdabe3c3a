import { type AnyStateMachine, StateMachine } from 'xstate';
import { onceForEach } from './once-for-each.js';

/** What a machine has answered so far: by subject, the answers to each question. */
interface Memory {
  readonly answers: WeakMap<object, Map<string, unknown>>;
  readonly subjects: Map<string, object>;
}

const memories = new WeakMap<AnyStateMachine, Memory>();

/**
 * A copy of the machine that keeps what it has answered: the same event in the same state is worked out once. For
 * work that asks the same again and again, such as a check; what is kept goes when the copy goes. The machine's own
 * functions have to be pure, as `decide` needs them anyway.
 */
export function withMemory(machine: AnyStateMachine): AnyStateMachine {
  const copy = new StateMachine(machine.config, machine.implementations) as AnyStateMachine;
  if (machine.options.maxIterations !== undefined) copy.options.maxIterations = machine.options.maxIterations;
  memories.set(copy, { answers: new WeakMap(), subjects: new Map() });
  return copy;
}

/** The answer to a question about a subject; worked out anew where the machine has no memory. */
export function remembered<Answer>(
  machine: AnyStateMachine,
  subject: object,
  question: () => string,
  answer: () => Answer,
): Answer {
  const memory = memories.get(machine);
  if (!memory) return answer();
  const known = onceForEach(memory.answers, subject, () => new Map<string, unknown>());
  // Under one question only answers of one type are ever kept.
  return onceForEach(known, question(), answer) as Answer;
}

/** The first subject that was named so, where the machine has a memory: what is equal becomes identical. */
export function sameAsBefore<Subject extends object>(
  machine: AnyStateMachine,
  subject: Subject,
  name: () => string,
): Subject {
  const memory = memories.get(machine);
  if (!memory) return subject;
  // A name says all there is to its subject, its type included.
  return onceForEach(memory.subjects, name(), () => subject) as Subject;
}
