import type { Json } from '../json.js';
import type { StepContract } from '../step.js';
import { mirrored } from './name-swap.js';
import { sampleSchema } from './sample-schema.js';
import { watchReads } from './watch-reads.js';

type When = (answer: { readonly input: unknown; readonly output: unknown }) => boolean;

/** A `when` of a contract, what it has answered so far, and what it has read: `input.final`. */
interface Asked {
  /** `opens.when of deposit`. */
  readonly name: string;
  readonly step: string;
  readonly when: When;
  readonly answers: Set<boolean>;
  readonly reads: Set<string>;
}

/** Sees to it that outputs made from a schema let each `when` of a contract answer yes and no. */
export class BothWays {
  readonly #asked: Asked[] = [];

  /** The outputs of a step, from its input: those that were made, and more where its contract tells them apart. */
  of(contract: StepContract, made: readonly unknown[]): (input: Json) => readonly unknown[] {
    const whens = whensOf(contract);
    if (whens.length === 0) return () => made;
    this.#asked.push(...whens);
    return (input) => {
      const outputs = whens.reduce((all, asked) => withBoth(contract, asked, input, all), made);
      for (const asked of whens) {
        for (const output of outputs) {
          const answer = answerOf(asked, input, output);
          if (answer !== undefined) asked.answers.add(answer);
        }
      }
      return outputs;
    };
  }

  /**
   * What is to be told of those that always gave the same answer, and of what to give samples. One that reads the input
   * alone is told of only where the input may be made of values that were made; one that reads nothing never.
   *
   * @param sources - what else was made, and may find its way into an input: `input`, `event GO`, `output of quote`
   */
  missed(sources: readonly string[]): string[] {
    return this.#asked.flatMap((asked) => (asked.answers.size === 1 ? describe(asked, sources) : []));
  }
}

function describe({ name, step, answers, reads }: Asked, sources: readonly string[]): string[] {
  const says = `${name} always says ${answers.has(true) ? 'yes' : 'no'}`;
  const told = [...reads].sort();
  const isOf = (what: string) => told.some((read) => read === what || read.startsWith(`${what}.`));
  const others = sources.filter((source) => source !== `output of ${step}`);
  const ofInput = `of what its input is made of (${others.join(', ')})`;
  if (isOf('output')) {
    const more = isOf('input') && others.length > 0 ? `, or ${ofInput}` : '';
    return [
      `${says} to every output that could be made (it reads ${told.join(' and ')}): give samples of the output of ${step}${more}`,
    ];
  }
  if (!isOf('input') || others.length === 0) return [];
  return [
    `${says} (it reads ${told.join(' and ')}, and nothing of the output): give samples ${ofInput}; where it is always so, leave the when out`,
  ];
}

function whensOf({ name, opens, closes }: StepContract): Asked[] {
  const asked = (what: string, when: When | undefined): Asked[] =>
    when ? [{ name: what, step: name, when, answers: new Set(), reads: new Set() }] : [];
  return [
    ...asked(`opens.when of ${name}`, opens?.when),
    ...closes.flatMap(({ when, kind }) => asked(`closes.when of ${name} for ${kind}`, when)),
  ];
}

/** With one more output, where all of these get the same answer and another one gets the other. */
function withBoth(
  { output: schema }: StepContract,
  asked: Asked,
  input: Json,
  outputs: readonly unknown[],
): readonly unknown[] {
  const answers = new Set(outputs.map((output) => answerOf(asked, input, output)));
  if (answers.has(true) && answers.has(false)) return outputs;
  const other = sampleSchema(schema, { wide: true }).find((output) => {
    const answer = answerOf(asked, input, output);
    return answer !== undefined && !answers.has(answer);
  });
  if (other === undefined) return outputs;
  const twin = mirrored(other as Json);
  return twin === other ? [...outputs, other] : [...outputs, other, twin];
}

/** Nothing where it throws, which is another rule's to find. */
function answerOf({ when, reads }: Asked, input: Json, output: unknown): boolean | undefined {
  const onRead = (what: string) => {
    reads.add(what);
  };
  try {
    return when({
      get input(): unknown {
        return watchReads(input, 'input', onRead);
      },
      get output(): unknown {
        return watchReads(output, 'output', onRead);
      },
    });
  } catch {
    return undefined;
  }
}
