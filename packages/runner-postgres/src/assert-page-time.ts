import { SagaError } from '@countermand/saga-core';

/** From the year 1 to the last one that JavaScript knows: PostgreSQL reads all of these. */
const [EARLIEST, LATEST] = [-62_135_596_800_000, 8_640_000_000_000_000];

/**
 * Refuses a time that the database couldn't read, before it is asked.
 *
 * @param ms - milliseconds since the epoch
 * @throws SagaError `SETTING_INVALID`
 */
export function assertPageTime(name: string, ms: number | undefined): void {
  if (ms === undefined || (ms >= EARLIEST && ms <= LATEST)) return;
  throw new SagaError('SETTING_INVALID', `${name} must be milliseconds since the epoch, not ${ms}`);
}
