import { execFile } from 'node:child_process';

/**
 * Runs a program to its end and resolves to what it printed to standard output.
 *
 * @throws Error with everything it printed when its exit code isn't zero
 */
export function runQuietly(program, args, options) {
  return new Promise((resolve, reject) => {
    const settings = { maxBuffer: 64 * 1024 * 1024, shell: process.platform === 'win32', ...options };
    const child = execFile(program, args, settings, (error, stdout, stderr) => {
      if (!error) return resolve(stdout);
      reject(new Error(`${[program, ...args].join(' ')}\n${stdout}${stderr}`, { cause: error }));
    });
    child.stdin?.end();
  });
}
