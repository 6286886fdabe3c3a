import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Where Debian's rabbitmq-server keeps the program that its own in `PATH` wraps: that one becomes another user. */
const ELSEWHERE = ['/usr/lib/rabbitmq/bin', '/usr/sbin', '/usr/local/sbin'];

/** The path of a program, or `undefined` where this machine doesn't have it. */
export function findProgram(name: string): string | undefined {
  const folders = [...ELSEWHERE, ...(process.env['PATH'] ?? '').split(path.delimiter)];
  return folders.map((folder) => path.join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
