import type { GuardOracle } from './guard-oracle.js';

/** How guards answer on one way, in the order in which they are asked: `isBig: no`; empty where none was guessed. */
export function guessesOf(
  oracle: GuardOracle,
  answers: readonly boolean[],
  work: () => unknown,
): readonly string[] {
  if (answers.length === 0) return [];
  oracle.withAnswers(answers, work);
  const asked = oracle.lastAsked();
  return answers.map((answer, index) => `${asked[index]?.called}: ${answer ? 'yes' : 'no'}`);
}

/** The same as a clause: `where isBig says no`. */
export function describeGuesses(guesses: readonly string[]): string {
  if (guesses.length === 0) return '';
  return `where ${guesses.map((one) => one.replace(/: (yes|no)$/, ' says $1')).join(' and ')}`;
}
