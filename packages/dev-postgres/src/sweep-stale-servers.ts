import { randomBytes } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findBinaries } from './find-binaries.ts';
import { isListed, readPostmasterFile } from './read-postmaster-file.ts';
import { stopServer } from './stop-server.ts';

const PREFIX = 'countermand-postgres-';

/** A name for a data directory that may be thrown away once this process has ended. */
export function temporaryDataDirectory(): string {
  return path.join(os.tmpdir(), `${PREFIX}${process.pid}-${randomBytes(4).toString('hex')}`);
}

/**
 * Stops the servers and removes the data of test runs that were killed before they could.
 *
 * A directory is stale when the process whose id it carries is gone. What belongs to another user is left.
 */
export async function sweepStaleServers(): Promise<void> {
  const binaries = findBinaries();
  for (const name of readdirSync(os.tmpdir())) {
    const owner = name.startsWith(PREFIX) ? Number.parseInt(name.slice(PREFIX.length), 10) : Number.NaN;
    if (Number.isNaN(owner) || isListed(owner)) continue;
    const dataDir = path.join(os.tmpdir(), name);
    try {
      const running = readPostmasterFile(dataDir);
      if (running) await stopServer(running.pid, { binaries, dataDir });
      rmSync(dataDir, { recursive: true, force: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'EPERM' && code !== 'EACCES') throw error;
    }
  }
}
