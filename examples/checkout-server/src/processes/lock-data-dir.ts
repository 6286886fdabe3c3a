import path from 'node:path';
import { claimFile } from '@countermand-examples/participants/claim-file';
import { StartError } from '../start-error.ts';

/** Makes this process the only server on a data directory. @throws StartError that names the process which has it */
export function lockDataDir(directory: string): void {
  const holder = claimFile(path.join(directory, 'server.lock'));
  if (holder === process.pid) return;
  throw new StartError(
    `process ${holder} serves ${directory} already; stop it, or set DATA_DIR to another place`,
  );
}
