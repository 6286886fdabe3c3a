import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import path from 'node:path';
import { canReach, chooseUser, type UnprivilegedUser } from './choose-user.ts';
import { findBinaries, type PostgresBinaries, programOf } from './find-binaries.ts';

/** Everything that decides how a server is run on one data directory. */
export interface Place {
  readonly binaries: PostgresBinaries;
  /** Absolute, with links resolved; the same text that the server reports as its `data_directory`. */
  readonly dataDir: string;
  readonly user: UnprivilegedUser | undefined;
}

/** Where root keeps what an unprivileged user couldn't reach at its own place. */
const REACHABLE_ROOT = '/var/lib/countermand';

/**
 * Decides from where and as whom PostgreSQL runs, and makes both the binaries and the data directory's parent
 * reachable for that user.
 *
 * Only root ever runs PostgreSQL as somebody else. Where that user can't reach the repository (it lies under a
 * `/root` with mode 0700, say), the binaries are copied to, and the data kept in, `/var/lib/countermand`; each
 * such detour is told to `onNotice` in one line. The mode of nobody's directory is changed.
 */
export function choosePlace(dataDir: string, onNotice: (line: string) => void): Place {
  const binaries = findBinaries();
  const wanted = resolveDirectory(dataDir);
  const user = chooseUser(wanted);
  if (!user) return { binaries, dataDir: wanted, user };
  return {
    binaries: canReach(programOf(binaries, 'postgres'), user) ? binaries : copyBinaries(binaries, onNotice),
    dataDir: canReach(path.dirname(wanted), user) ? wanted : moveAway(wanted, onNotice),
    user,
  };
}

function resolveDirectory(dataDir: string): string {
  const absolute = path.resolve(dataDir);
  mkdirSync(path.dirname(absolute), { recursive: true });
  return existsSync(absolute)
    ? realpathSync(absolute)
    : path.join(realpathSync(path.dirname(absolute)), path.basename(absolute));
}

function moveAway(wanted: string, onNotice: (line: string) => void): string {
  const directory = path.join(REACHABLE_ROOT, 'data');
  makeReachable(REACHABLE_ROOT);
  makeReachable(directory);
  const moved = path.join(directory, createHash('sha256').update(wanted).digest('hex').slice(0, 12));
  onNotice(`PostgreSQL can't run as root and its user can't reach ${wanted}: the data is in ${moved}`);
  return moved;
}

function copyBinaries(binaries: PostgresBinaries, onNotice: (line: string) => void): PostgresBinaries {
  const root = path.join(REACHABLE_ROOT, `postgres-${binaries.version}`);
  if (existsSync(root)) return { ...binaries, root };
  onNotice(`PostgreSQL can't run as root and its user can't reach ${binaries.root}: copied to ${root}`);
  makeReachable(REACHABLE_ROOT);
  // Copied aside and renamed, so that a copy which was interrupted, or made twice at once, is never run.
  const staging = `${root}.${process.pid}`;
  cpSync(binaries.root, staging, { recursive: true, verbatimSymlinks: true });
  openToAll(staging);
  try {
    renameSync(staging, root);
  } catch (error) {
    rmSync(staging, { recursive: true, force: true });
    if (!existsSync(root)) throw error;
  }
  return { ...binaries, root };
}

/** Makes a directory that everybody may pass through, whatever root's umask is. */
function makeReachable(directory: string): void {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o755);
}

function openToAll(directory: string): void {
  chmodSync(directory, 0o755);
  for (const entry of readdirSync(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) chmodSync(path.join(entry.parentPath, entry.name), 0o755);
  }
}

/** Hands a file or directory that root made to the user as which PostgreSQL runs. */
export function giveTo(user: UnprivilegedUser | undefined, file: string): void {
  if (user) chownSync(file, user.uid, user.gid);
}
