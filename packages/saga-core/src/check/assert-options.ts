import type { z } from 'zod';
import { describeIssues } from '../describe-issues.js';
import { didYouMean } from '../nearest-name.js';
import type { AnySaga } from '../saga-definition.js';
import { SagaError } from '../saga-error.js';
import type { CheckOptions, CheckSamples } from './check-options.js';
import { assertSuppressions } from './suppressions.js';

const OPTIONS: Readonly<Record<keyof CheckOptions, true>> = {
  name: true,
  also: true,
  samples: true,
  suppress: true,
  ignore: true,
  tells: true,
  alike: true,
  maxStates: true,
  maxInstances: true,
  maxSpawns: true,
  stopAtFirst: true,
  maxLate: true,
};
const SAMPLES: Readonly<Record<keyof CheckSamples, true>> = {
  input: true,
  outputs: true,
  events: true,
  declines: true,
  details: true,
  messages: true,
};

/**
 * Refuses what is written for nothing: samples of an event, a step or a code that the saga doesn't have, and what
 * a schema would never let come; an option that there is not, no input at all, a suppression without a reason.
 *
 * @throws SagaError `SETTING_INVALID`, with the name that was meant, or those that there are
 */
export function assertOptions(saga: AnySaga, options: CheckOptions): void {
  const { samples = {}, suppress = [] } = options;
  const steps = Object.keys(saga.steps);
  assertKnown('there is no option', Object.keys(options), Object.keys(OPTIONS));
  assertKnown('samples: there is no', Object.keys(samples), Object.keys(SAMPLES));
  assertKnown(
    `samples.events: saga '${saga.name}' has no public event`,
    Object.keys(samples.events ?? {}),
    Object.keys(saga.events),
  );
  const noStep = (where: string) => `samples.${where}: saga '${saga.name}' has no step`;
  assertKnown(noStep('outputs'), Object.keys(samples.outputs ?? {}), steps);
  assertKnown(noStep('declines'), Object.keys(samples.declines ?? {}), steps);
  assertKnown(noStep('details'), Object.keys(samples.details ?? {}), steps);
  assertKnown(noStep('messages'), Object.keys(samples.messages ?? {}), steps);
  for (const step of Object.keys(samples.details ?? {}))
    if (saga.steps[step]?.declines.length === 0)
      refuse(`samples.details: step '${step}' is never declined, so that it gives no details`);
  for (const [step, codes] of Object.entries(samples.declines ?? {})) {
    const declared = saga.steps[step]?.declines ?? [];
    assertKnown(`samples.declines: step '${step}' is never declined with`, codes, declared);
  }
  if (samples.input?.length === 0)
    refuse('samples.input is empty, so the saga never starts; leave it out, or give an input');
  assertFit('input', samples.input, saga.input);
  for (const [type, payloads] of Object.entries(samples.events ?? {}))
    if (type !== saga.override) assertFit(`events.${type}`, payloads, saga.events[type]?.schema);
  for (const [step, outputs] of Object.entries(samples.outputs ?? {}))
    assertFit(`outputs.${step}`, outputs, saga.steps[step]?.output);
  assertSuppressions(suppress);
}

function assertKnown(problem: string, given: readonly string[], known: readonly string[]): void {
  for (const name of given)
    if (!known.includes(name)) refuse(`${problem} '${name}'${didYouMean(name, known)}`);
}

/** What a schema refuses never comes. Samples that a function makes are known only later. */
function assertFit(where: string, samples: unknown, schema: z.ZodType | undefined): void {
  if (!schema || !Array.isArray(samples)) return;
  for (const [index, sample] of samples.entries()) {
    const parsed = schema.safeParse(sample);
    if (!parsed.success)
      refuse(`samples.${where}[${index}] does not fit its schema: ${describeIssues(parsed.error, 'it')}`);
  }
}

function refuse(what: string): never {
  throw new SagaError('SETTING_INVALID', `check: ${what}`);
}
