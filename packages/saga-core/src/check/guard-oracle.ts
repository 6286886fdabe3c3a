import { type AnyStateMachine, StateMachine } from 'xstate';
import { withMemory } from '../machine-memory.js';
import type { AnySaga } from '../saga-definition.js';

/** Answers of guards, in the order in which they are asked. */
type Answers = readonly boolean[];

/** One of the ways in which something can go, and the guards' answers that make it go so. */
interface Way<Result> {
  readonly result: Result;
  readonly answers: Answers;
}

/** Takes both answers of every guard, instead of asking the guard. */
export interface GuardOracle {
  /** The saga with a machine whose guards are asked here. */
  readonly saga: AnySaga;
  /** Every way in which the work can go. More guards than {@link MOST_ASKED} in one piece of work are left at no. */
  allWays<Result>(work: () => Result): Way<Result>[];
  /** The work with answers that are known. */
  withAnswers<Result>(answers: Answers, work: () => Result): Result;
  /** The names of the guards that the last piece of work asked, in order; empty where they are code and are asked. */
  lastAsked(): readonly string[];
}

/** How many questions of one piece of work are answered both ways. */
const MOST_ASKED = 10;
/** Guards that always say yes may go round in circles for ever. */
const MOST_MICROSTEPS = 100;

interface Book {
  given: Answers;
  asked: boolean[];
  /** What the guards are called that were asked. */
  names: string[];
  known: Map<unknown, Map<string, boolean>>;
}

/** A saga whose guards are code, and are asked. */
export function askGuards(saga: AnySaga): GuardOracle {
  return {
    // The same question is asked in every state that differs in the ledger alone.
    saga: { ...saga, machine: withMemory(saga.machine) },
    allWays: (work) => [{ result: work(), answers: [] }],
    withAnswers: (_answers, work) => work(),
    lastAsked: () => [],
  };
}

/**
 * A saga whose guards answer both ways. The same guard with the same parameters on the same context and event gives
 * the same answer within one piece of work.
 */
export function guessGuards(saga: AnySaga): GuardOracle {
  const book: Book = { given: [], asked: [], names: [], known: new Map() };
  const withAnswers = <Result>(answers: Answers, work: () => Result): Result => {
    Object.assign(book, { given: answers, asked: [], names: [], known: new Map() } satisfies Book);
    return work();
  };
  return {
    saga: { ...saga, machine: guessingMachine(saga.machine, book) },
    withAnswers,
    lastAsked: () => [...book.names],
    allWays: (work) => {
      const ways: Way<ReturnType<typeof work>>[] = [];
      const open: Answers[] = [[]];
      for (let answers = open.pop(); answers; answers = open.pop()) {
        const result = withAnswers(answers, work);
        const asked = [...book.asked];
        ways.push({ result, answers: asked });
        for (let index = answers.length; index < Math.min(asked.length, MOST_ASKED); index += 1) {
          open.push([...asked.slice(0, index), true]);
        }
      }
      return ways;
    },
  };
}

type Guard = (args: { context: unknown; event: { type: string } }, params: unknown) => boolean;

function guessingMachine(machine: AnyStateMachine, book: Book): AnyStateMachine {
  const names = new Map<unknown, string>();
  const guess = (guard: unknown, called = 'a condition'): Guard => {
    const name = names.get(guard) ?? `${names.size}`;
    names.set(guard, name);
    return ({ context, event }, params) => {
      const known = book.known.get(context) ?? new Map<string, boolean>();
      book.known.set(context, known);
      const question = JSON.stringify([name, event, params]);
      const before = known.get(question);
      if (before !== undefined) return before;
      const answer = book.given[book.asked.length] ?? false;
      book.asked.push(answer);
      book.names.push(called);
      known.set(question, answer);
      return answer;
    };
  };
  const isCode = (guard: unknown) => typeof guard === 'function' && !('check' in guard);
  const replace = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replace);
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
      return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        if (key === 'guard' && isCode(inner)) return [key, guess(inner)];
        // Types, context and the like are data of the user's own, in which nothing is a transition.
        return key === 'context' || key === 'meta' || key === 'input' ? [key, inner] : [key, replace(inner)];
      }),
    );
  };
  const guards = Object.fromEntries(
    Object.entries(machine.implementations.guards).map(([name, guard]) => [
      name,
      isCode(guard) ? guess(guard, name) : guard,
    ]),
  );
  const guessing = new StateMachine(
    replace(machine.config) as typeof machine.config,
    {
      ...machine.implementations,
      guards,
    } as typeof machine.implementations,
  );
  guessing.options.maxIterations = MOST_MICROSTEPS;
  return guessing as AnyStateMachine;
}
