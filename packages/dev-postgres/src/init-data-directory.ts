import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { giveTo, type Place } from './choose-place.ts';
import { programOf } from './find-binaries.ts';

const run = promisify(execFile);

/** The password of the superuser lies beside the data, so that a later start can adopt a running server. */
const PASSWORD_FILE = 'superuser-password';

/** The password of the user `postgres`, as `initDataDirectory` made it up. */
export function readPassword(dataDir: string): string {
  return readFileSync(path.join(dataDir, PASSWORD_FILE), 'utf8');
}

/**
 * Makes a database cluster in the data directory, unless there is one.
 *
 * It is made aside and renamed, so the directory holds a whole cluster or none, also when two processes do this
 * at once or one is killed in the middle. A directory with other things in it is left alone and refused.
 */
export async function initDataDirectory(place: Place, options: { sync: boolean }): Promise<void> {
  const { dataDir, user, binaries } = place;
  if (existsSync(path.join(dataDir, 'PG_VERSION'))) return;
  refuseOtherContent(dataDir);
  const staging = `${dataDir}.init-${process.pid}-${randomBytes(3).toString('hex')}`;
  const passwordFile = `${staging}-password`;
  mkdirSync(staging, { mode: 0o700 });
  giveTo(user, staging);
  writeFileSync(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  giveTo(user, passwordFile);
  try {
    await run(
      programOf(binaries, 'initdb'),
      [
        ...['-D', staging, '-U', 'postgres', '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
        ...['--encoding', 'UTF8', '--locale', 'C'],
        ...(options.sync ? [] : ['--no-sync']),
      ],
      { ...user, cwd: path.dirname(dataDir) },
    );
    renameSync(passwordFile, path.join(staging, PASSWORD_FILE));
    moveIntoPlace(staging, dataDir);
  } finally {
    rmSync(staging, { recursive: true, force: true });
    rmSync(passwordFile, { force: true });
  }
}

function refuseOtherContent(dataDir: string): void {
  if (
    existsSync(dataDir) &&
    readdirSync(dataDir).length > 0 &&
    !existsSync(path.join(dataDir, 'PG_VERSION'))
  ) {
    throw new Error(`${dataDir} isn't a PostgreSQL data directory and can't become one: empty it`);
  }
}

function moveIntoPlace(staging: string, dataDir: string): void {
  try {
    renameSync(staging, dataDir);
  } catch (cause) {
    // Another process was faster: its cluster is as good as ours.
    if (existsSync(path.join(dataDir, 'PG_VERSION'))) return;
    throw new Error(`${dataDir} can't become a PostgreSQL data directory`, { cause });
  }
}
