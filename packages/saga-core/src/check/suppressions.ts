import { SagaError } from '../saga-error.js';
import type { Suppression } from './check-options.js';
import { CHECK_RULES } from './rules.js';

/** The first suppression that accepts a finding. */
export function suppressionOf(
  suppressions: readonly Suppression[],
  rule: string,
  subject: string,
): Suppression | undefined {
  return suppressions.find((one) => isMeant(one, rule, subject));
}

/** Whether a suppression accepts a finding. */
export function isMeant(suppression: Suppression, rule: string, subject: string): boolean {
  if (suppression.rule !== rule) return false;
  return suppression.subject === undefined || subject.includes(suppression.subject);
}

/** @throws SagaError `SETTING_INVALID` for one without a reason, or of a rule that there is not */
export function assertSuppressions(suppressions: readonly Suppression[]): void {
  for (const { rule, subject, reason } of suppressions) {
    if (!CHECK_RULES.some(({ code }) => code === rule)) {
      const codes = CHECK_RULES.map(({ code }) => code).sort();
      throw new SagaError(
        'SETTING_INVALID',
        `suppress: there is no rule '${rule}'; there are ${codes.join(', ')}`,
      );
    }
    // What a JavaScript file gives no compiler has looked at.
    if (typeof reason !== 'string' || reason.trim() === '') {
      const what = subject === undefined ? rule : `${rule} of '${subject}'`;
      throw new SagaError('SETTING_INVALID', `suppress: say with 'reason' why ${what} is all right`);
    }
    // Every subject contains the empty text.
    if (subject === '')
      throw new SagaError(
        'SETTING_INVALID',
        `suppress: leave 'subject' out to accept all of ${rule}, or say which`,
      );
  }
}
