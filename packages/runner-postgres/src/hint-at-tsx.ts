import { messageOf, SagaError } from '@countermand/saga-core';

/** What Node says where a file needs more than leaving the types out. */
const NEEDS_TSX = ['ERR_UNKNOWN_FILE_EXTENSION', 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX', 'ERR_MODULE_NOT_FOUND'];

/**
 * Of what Node threw when it should import a TypeScript file: an error that tells how it can be read, or the thrown
 * value itself where tsx wouldn't help.
 */
export function hintAtTsx(module: string, thrown: unknown): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  if (!NEEDS_TSX.includes(code)) return thrown;
  const because =
    code === 'ERR_UNKNOWN_FILE_EXTENSION'
      ? `Node ${process.versions.node} doesn't read TypeScript by itself`
      : messageOf(thrown);
  return new SagaError(
    'SETTING_INVALID',
    `${module} can't be loaded without tsx: ${because}; npm install --save-dev tsx`,
  );
}
