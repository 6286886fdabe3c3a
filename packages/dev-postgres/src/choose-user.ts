import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';

/** The user and group as which PostgreSQL runs. */
export interface UnprivilegedUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Chooses the user as which PostgreSQL runs; `undefined` means: as whoever runs this process.
 *
 * PostgreSQL refuses to run as root. Root therefore runs it as the owner of the data directory, or as `nobody`
 * where that owner is root itself or the directory doesn't exist yet.
 */
export function chooseUser(dataDir: string): UnprivilegedUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const owner = statSync(dataDir, { throwIfNoEntry: false });
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return { uid: idOfNobody('-u'), gid: idOfNobody('-g') };
}

function idOfNobody(flag: '-u' | '-g'): number {
  return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8' }).trim());
}

/**
 * Says whether a user may pass through every directory on the way to `file` and then enter or run that.
 *
 * Reads mode bits only: an access control list that says otherwise isn't seen.
 */
export function canReach(file: string, user: UnprivilegedUser): boolean {
  for (let step = path.resolve(file); ; step = path.dirname(step)) {
    const { mode, uid, gid } = statSync(step);
    const searchBit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & searchBit) === 0) return false;
    if (step === path.dirname(step)) return true;
  }
}
