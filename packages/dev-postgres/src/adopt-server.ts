import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { answersFor, urlOf } from './ask-server.ts';
import { readPassword } from './init-data-directory.ts';
import { isListed, isPostgres, readPostmasterFile } from './read-postmaster-file.ts';

/**
 * Looks for a server that already runs on a data directory and waits until it answers or is gone.
 *
 * A pid file whose process is something else by now is removed; one whose process doesn't exist is left for
 * PostgreSQL, which by it makes sure that no orphan of the dead server still works on the data.
 *
 * @returns its pid and port, or `undefined` when none runs
 * @throws Error when one runs and doesn't answer within `timeoutMs`
 */
export async function adoptServer(
  dataDir: string,
  timeoutMs: number,
): Promise<{ pid: number; port: number } | undefined> {
  for (const endsAt = Date.now() + timeoutMs; ; await pause(50)) {
    const file = readPostmasterFile(dataDir);
    if (!file) return undefined;
    const { pid, port } = file;
    if (!isPostgres(pid)) {
      if (isListed(pid)) rmSync(path.join(dataDir, 'postmaster.pid'), { force: true });
      return undefined;
    }
    if (port !== undefined && (await answersFor(urlOf(port, readPassword(dataDir)), dataDir))) {
      return { pid, port };
    }
    if (Date.now() >= endsAt) {
      throw new Error(`Process ${pid} holds ${dataDir} but doesn't answer: end it, then start again`);
    }
  }
}
