import { SagaError, type SagaErrorCode } from '@countermand/saga-core';

/** What the exit code of the command says. */
export const EXIT = {
  /** Done, and nothing to see to. */
  done: 0,
  /** Done, and something was found that somebody should see to. */
  found: 1,
  /** The command line, a setting or the module is wrong. Nothing was done. */
  usage: 2,
  /** What was named isn't there, or isn't in a state for that. */
  absent: 3,
  /** The database can't be reached, failed, or its tables aren't those of this version. */
  database: 4,
  /** Something was found that must not go on as it is: sagas that can't be moved safely, migrations that failed. */
  unsafe: 5,
} as const;

const ABSENT: ReadonlySet<SagaErrorCode> = new Set([
  'SAGA_NOT_FOUND',
  'STEP_NOT_FOUND',
  'NOT_PARKED',
  'SAGA_UNKNOWN',
]);

/** The exit code for what a command has thrown: what isn't known to be the caller's is the database's. */
export function exitCodeOf(error: unknown): number {
  if (!(error instanceof SagaError)) return isOfModule(error) ? EXIT.usage : EXIT.database;
  if (ABSENT.has(error.code)) return EXIT.absent;
  return error.code === 'SCHEMA_OUTDATED' ? EXIT.database : EXIT.usage;
}

/** What the user's own module throws while it is loaded. */
function isOfModule(error: unknown): boolean {
  if (error instanceof SyntaxError || error instanceof TypeError || error instanceof ReferenceError)
    return true;
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_');
}
