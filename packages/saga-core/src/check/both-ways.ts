import type { Json } from '../json.js';
import type { StepContract } from '../step.js';
import { mirrored } from './name-swap.js';
import { sampleSchema } from './sample-schema.js';

type When = (answer: { readonly input: unknown; readonly output: unknown }) => boolean;

/** Sees to it that outputs made from a schema let each `when` of a contract answer yes and no. */
export class BothWays {
  readonly #answers = new Map<string, Set<boolean>>();

  /** The outputs of a step, from its input: those that were made, and more where its contract tells them apart. */
  of(contract: StepContract, made: readonly unknown[]): (input: Json) => readonly unknown[] {
    const whens = whensOf(contract);
    if (whens.length === 0) return () => made;
    return (input) => {
      const outputs = whens.reduce((all, [, when]) => withBoth(contract, when, input, all), made);
      for (const [name, when] of whens)
        this.#note(
          name,
          outputs.map((output) => answerOf(when, input, output)),
        );
      return outputs;
    };
  }

  /** Those that always gave the same answer. */
  missed(): string[] {
    return [...this.#answers].flatMap(([name, answers]) => {
      const [only] = answers;
      return answers.size === 1 ? [`${name} always says ${only ? 'yes' : 'no'}`] : [];
    });
  }

  #note(name: string, answers: readonly (boolean | undefined)[]): void {
    const known = this.#answers.get(name) ?? new Set();
    this.#answers.set(name, known);
    for (const answer of answers) if (answer !== undefined) known.add(answer);
  }
}

function whensOf({ name, opens, closes }: StepContract): [string, When][] {
  const ofOpens: [string, When][] = opens?.when ? [[`opens.when of ${name}`, opens.when]] : [];
  return [
    ...ofOpens,
    ...closes.flatMap(({ when, kind }): [string, When][] =>
      when ? [[`closes.when of ${name} for ${kind}`, when]] : [],
    ),
  ];
}

/** With one more output, where all of these get the same answer and another one gets the other. */
function withBoth(
  { output: schema }: StepContract,
  when: When,
  input: Json,
  outputs: readonly unknown[],
): readonly unknown[] {
  const answers = new Set(outputs.map((output) => answerOf(when, input, output)));
  if (answers.has(true) && answers.has(false)) return outputs;
  const other = sampleSchema(schema, { wide: true }).find((output) => {
    const answer = answerOf(when, input, output);
    return answer !== undefined && !answers.has(answer);
  });
  if (other === undefined) return outputs;
  const twin = mirrored(other as Json);
  return twin === other ? [...outputs, other] : [...outputs, other, twin];
}

/** Nothing where it throws, which is another rule's to find. */
function answerOf(when: When, input: Json, output: unknown): boolean | undefined {
  try {
    return when({ input, output });
  } catch {
    return undefined;
  }
}
