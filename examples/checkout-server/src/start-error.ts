import { SagaError } from '@countermand/saga-core';
import { isConnectionLost } from './db/is-connection-lost.ts';
import { SettingsError } from './settings.ts';

/** Why the server can't start, in one line that says what to do. */
export class StartError extends Error {}

/** Codes of the system and of PostgreSQL (or a pooler before it) that say: nobody there, not yet, or no such database. */
const UNREACHABLE = /^(ECONN|ENOTFOUND|08|28|3D|57P)/;

/** The line for what a person can mend; nothing for what is ours to mend, which is to be shown whole. */
export function whyNoStart(error: unknown): string | undefined {
  const isTold = [StartError, SettingsError, SagaError].some((kind) => error instanceof kind);
  return isTold && error instanceof Error ? error.message : whyUnreachable(error);
}

/** The line for a database that can't be reached, where that is what an error says: start again when it can be. */
function whyUnreachable(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (isConnectionLost(error))
    return `the connection to the database broke while the server started: ${error.message}; start it again`;
  if (!('code' in error && UNREACHABLE.test(String(error.code)))) return undefined;
  // The runner says already where it tried.
  if (error.message.includes('DATABASE_URL')) return error.message;
  return `the database can't be reached: ${error.message || String(error.code)}; look at DATABASE_URL`;
}
