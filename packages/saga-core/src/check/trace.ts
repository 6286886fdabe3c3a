import { begin, decide } from '../decide.js';
import type { Envelope } from '../envelope.js';
import type { Json } from '../json.js';
import { obligationId, openObligations } from '../ledger.js';
import type { GuessedGuards, TraceLine } from './check-report.js';
import { describeCause } from './describe-cause.js';
import type { GuardOracle } from './guard-oracle.js';
import type { Found, Place, Step } from './rule.js';

/** The shortest way to what was found. */
interface Way {
  readonly trace: readonly TraceLine[];
  readonly guesses?: readonly string[];
  readonly guessed?: GuessedGuards;
}

/** Replays the shortest way to what was found, line by line. */
export function wayTo(oracle: GuardOracle, { at, step, guesses: inTheEnd = [] }: Found): Way {
  const place = step?.from ?? at;
  if (!place) return { trace: [], ...(inTheEnd.length > 0 && { guesses: inTheEnd }) };
  const steps = [...waysTo(place), ...(step ? [step] : [])];
  const start = (steps[0]?.from ?? place).start;
  const answers = start?.answers ?? [];
  const { saga } = oracle;
  const beginning = { sagaId: 'saga', input: start?.input, at: 0, actor: 'check' };
  let { envelope } = oracle.withAnswers(answers, () => begin(saga, beginning));
  const asked = new AskedOnTheWay(oracle);
  const lines = [lineOf('start', envelope, asked.last(answers))];
  for (const { cause, answers: given } of steps) {
    const what = describeCause(envelope, cause);
    const before = envelope;
    envelope = oracle.withAnswers(given, () => decide(saga, before, cause, 0)).envelope;
    lines.push(lineOf(what, envelope, asked.last(given)));
  }
  const guards = asked.bothWays();
  const guesses = [...new Set([...lines.flatMap((line) => line.guards ?? []), ...inTheEnd])];
  return {
    trace: lines,
    ...(guesses.length > 0 && { guesses }),
    ...(guards.length > 0 && { guessed: { guards, input: (start?.input ?? null) as Json } }),
  };
}

function waysTo(place: Place): Step[] {
  const ways: Step[] = [];
  for (let step = place.by; step; step = step.from.by) ways.unshift(step);
  return ways;
}

/** What guards answer on a way. */
class AskedOnTheWay {
  readonly #oracle: GuardOracle;
  readonly #answers = new Map<string, boolean>();
  readonly #bothWays = new Set<string>();

  constructor(oracle: GuardOracle) {
    this.#oracle = oracle;
  }

  /** The guards that were asked just now, with their answers: `isBig: yes`. */
  last(answers: readonly boolean[]): string[] {
    const asked = this.#oracle.lastAsked();
    return answers.map((answer, index) => {
      const { called, about } = asked[index] ?? { called: 'a condition', about: '' };
      if (this.#answers.get(about) === !answer) this.#bothWays.add(called);
      this.#answers.set(about, answer);
      return `${called}: ${answer ? 'yes' : 'no'}`;
    });
  }

  /** Those that said yes and no of the same. */
  bothWays(): string[] {
    return [...this.#bothWays];
  }
}

function lineOf(what: string, { snapshot, obligations }: Envelope, guards: readonly string[]): TraceLine {
  const open = openObligations(obligations).map(
    (one) => `${obligationId(one)}${one.certainty === 'open' ? '' : '?'}`,
  );
  return { what, state: snapshot.value, open, ...(guards.length > 0 && { guards }) };
}
