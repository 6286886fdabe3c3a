import type { GuardOracle } from './guard-oracle.js';

/** How guards answer on one way: `where isBig says no`; empty where none was guessed. */
export function describeGuards(
  oracle: GuardOracle,
  answers: readonly boolean[],
  work: () => unknown,
): string {
  if (answers.length === 0) return '';
  oracle.withAnswers(answers, work);
  const asked = oracle.lastAsked();
  const said = answers.map((answer, index) => `${asked[index]?.called} says ${answer ? 'yes' : 'no'}`);
  return `where ${said.join(' and ')}`;
}
