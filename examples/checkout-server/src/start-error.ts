/** Why the server can't start, in one line that says what to do. */
export class StartError extends Error {}

/** Codes of the system and of PostgreSQL (or a pooler before it) that say: nobody there, not yet, or no such database. */
const UNREACHABLE = /^(ECONN|ENOTFOUND|08|28|3D|57P)/;

/** The line for a database that can't be reached, where that is what an error says: start again when it can be. */
export function whyUnreachable(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && UNREACHABLE.test(String(error.code)))) return undefined;
  return `the database can't be reached: ${error.message || String(error.code)}; look at DATABASE_URL`;
}
