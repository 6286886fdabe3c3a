import { spawn } from 'node:child_process';

const WATCH = 'cat > /dev/null; for one in "$@"; do kill -s KILL -- "$one" 2> /dev/null; done';

/**
 * Kills processes when this one is gone, however it ended, `kill -9` included: a shell waits for the end of a pipe
 * that only this process holds. Where there is no `sh`, nothing is watched.
 *
 * @param targets - process ids; a group of processes is the negative id of its leader
 * @returns ends the watch; call it before the processes are ended otherwise, for their ids may be given anew
 */
export function endWithParent(targets: readonly number[]): () => void {
  // A group of its own: Ctrl-C in a terminal would end the watch before what it watches.
  const watch = spawn('sh', ['-c', WATCH, 'sh', ...targets.map(String)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watch.on('error', () => undefined);
  watch.stdin.on('error', () => undefined);
  // Neither keeps this process alive.
  watch.unref();
  if ('unref' in watch.stdin && typeof watch.stdin.unref === 'function') watch.stdin.unref();
  return () => void watch.kill('SIGKILL');
}
