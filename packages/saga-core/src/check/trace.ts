import { begin, decide } from '../decide.js';
import type { Envelope } from '../envelope.js';
import { obligationId, openObligations } from '../ledger.js';
import type { TraceLine } from './check-report.js';
import { describeCause } from './describe-cause.js';
import type { GuardOracle } from './guard-oracle.js';
import type { Found, Place, Step } from './rule.js';

/** Replays the shortest way to what was found, line by line. */
export function traceOf(oracle: GuardOracle, { at, step }: Found): TraceLine[] {
  const place = step?.from ?? at;
  if (!place) return [];
  const steps = [...waysTo(place), ...(step ? [step] : [])];
  const start = (steps[0]?.from ?? place).start;
  const answers = start?.answers ?? [];
  const { saga } = oracle;
  const beginning = { sagaId: 'saga', input: start?.input, at: 0, actor: 'check' };
  let { envelope } = oracle.withAnswers(answers, () => begin(saga, beginning));
  const lines = [lineOf('start', envelope, askedOf(oracle, answers))];
  for (const { cause, answers: given } of steps) {
    const what = describeCause(envelope, cause);
    const before = envelope;
    envelope = oracle.withAnswers(given, () => decide(saga, before, cause, 0)).envelope;
    lines.push(lineOf(what, envelope, askedOf(oracle, given)));
  }
  return lines;
}

function waysTo(place: Place): Step[] {
  const ways: Step[] = [];
  for (let step = place.by; step; step = step.from.by) ways.unshift(step);
  return ways;
}

/** The guards that were asked just now, with their answers: `isBig: yes`. */
function askedOf(oracle: GuardOracle, answers: readonly boolean[]): string[] {
  const names = oracle.lastAsked();
  return answers.map((answer, index) => `${names[index] ?? 'a condition'}: ${answer ? 'yes' : 'no'}`);
}

function lineOf(what: string, { snapshot, obligations }: Envelope, guards: readonly string[]): TraceLine {
  const open = openObligations(obligations).map(
    (one) => `${obligationId(one)}${one.certainty === 'open' ? '' : '?'}`,
  );
  return { what, state: snapshot.value, open, ...(guards.length > 0 && { guards }) };
}
