import { withMemory } from '../machine-memory.js';
import type { AnySaga } from '../saga-definition.js';
import { answerByFailure } from './answer-by-failure.js';
import { type Guess, guessMachine } from './guess-machine.js';

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
  /** Every way in which the work can go, those with the fewest yeses first; {@link wasCut} says where some were left out. */
  allWays<Result>(work: () => Result): Way<Result>[];
  /** The work with answers that are known. */
  withAnswers<Result>(answers: Answers, work: () => Result): Result;
  /** The guards that the last piece of work asked, in order; empty where they are code and are asked. */
  lastAsked(): readonly AskedGuard[];
  /** Names of guards that were asked more often, or in more ways, than are followed. */
  wasCut(): readonly string[];
}

/** A guard that was asked once. */
interface AskedGuard {
  /** Its name, for people. */
  readonly called: string;
  /** Which it was, with its parameters and the context: who is asked the same again should say the same. */
  readonly about: string;
}

/** How many ways of one piece of work are followed. */
export const MOST_WAYS = 1_024;
/** How often one guard is answered both ways in one piece of work; then it says no, so that no loop goes on for ever. */
export const MOST_REPEATS = 10;
/** Guards that always say yes may go round in circles for ever. */
const MOST_MICROSTEPS = 100;

interface Book {
  given: Answers;
  asked: boolean[];
  /** What the guards are called that were asked. */
  names: string[];
  /** Which guard it was, with which parameters and context. */
  questions: unknown[];
  known: Map<unknown, Map<string, boolean>>;
  /** How often each guard was asked, each time about something else. */
  times: Map<string, number>;
}

/** A saga whose guards are code, and are asked. */
export function askGuards(saga: AnySaga): GuardOracle {
  return {
    // The same question is asked in every state that differs in the ledger alone.
    saga: { ...saga, machine: withMemory(saga.machine) },
    allWays: (work) => [{ result: work(), answers: [] }],
    withAnswers: (_answers, work) => work(),
    lastAsked: () => [],
    wasCut: () => [],
  };
}

/**
 * A saga whose guards answer both ways, but for those that read nothing but how a step failed: they are asked. The same
 * guard with the same parameters on the same context and event gives the same answer within one piece of work.
 */
export function guessGuards(saga: AnySaga): GuardOracle {
  const book: Book = blankBook([]);
  const cut = new Set<string>();
  const withAnswers = <Result>(answers: Answers, work: () => Result): Result => {
    Object.assign(book, blankBook(answers));
    return work();
  };
  const machine = guessMachine(saga.machine, guessFrom(book, cut));
  machine.options.maxIterations = MOST_MICROSTEPS;
  return {
    saga: { ...saga, machine },
    withAnswers,
    lastAsked: () =>
      book.names.map((called, index) => ({ called, about: JSON.stringify(book.questions[index]) })),
    wasCut: () => [...cut],
    allWays: (work) => {
      const ways: Way<ReturnType<typeof work>>[] = [];
      const open: Answers[] = [[]];
      for (let next = 0; next < open.length; next += 1) {
        const answers = open[next] as Answers;
        const result = withAnswers(answers, work);
        const asked = [...book.asked];
        ways.push({ result, answers: asked });
        for (let index = answers.length; index < asked.length; index += 1) {
          if (open.length < MOST_WAYS) open.push([...asked.slice(0, index), true]);
          else cut.add(book.names[index] ?? '');
        }
      }
      return ways;
    },
  };
}

function blankBook(given: Answers): Book {
  return { given, asked: [], names: [], questions: [], known: new Map(), times: new Map() };
}

function guessFrom(book: Book, cut: Set<string>): Guess {
  return (name, called, code) =>
    ({ context, event }, params) => {
      // Parameters may be made of anything.
      const told = params === undefined ? answerByFailure(code, event) : undefined;
      if (told !== undefined) return told;
      const known = book.known.get(context) ?? new Map<string, boolean>();
      book.known.set(context, known);
      const question = JSON.stringify([name, event, params]);
      const before = known.get(question);
      if (before !== undefined) return before;
      const times = book.times.get(name) ?? 0;
      book.times.set(name, times + 1);
      if (times >= MOST_REPEATS) {
        cut.add(called);
        return false;
      }
      const answer = book.given[book.asked.length] ?? false;
      book.asked.push(answer);
      book.names.push(called);
      book.questions.push([name, params, context]);
      known.set(question, answer);
      return answer;
    };
}
