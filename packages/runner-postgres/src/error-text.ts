import { messageOf } from '@countermand/saga-core';

const MAX_LENGTH = 2_000;

/** What was thrown, as a row keeps it: a text that PostgreSQL takes, of 2,000 characters at most. */
export function errorText(error: unknown): string {
  return messageOf(error).slice(0, MAX_LENGTH).toWellFormed();
}
