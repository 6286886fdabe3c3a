// Runs on a bare Node 20, before anything is installed: no dependencies, and no syntax that is newer.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const isWindows = process.platform === 'win32';

/**
 * Runs a program with this process's input and output and resolves to its exit code, 128 and the signal's
 * number where a signal ended it. Meanwhile SIGTERM, SIGHUP and SIGINT are passed on to it instead of ending
 * this process: it decides what they mean, and its exit code is what counts.
 */
export function runProgram(program, args, options) {
  // npx and the local commands are batch files on Windows, which only a shell can run.
  const child = spawn(program, args, { stdio: 'inherit', shell: isWindows, ...options });
  const forward = (signal) => {
    // Ctrl-C in a terminal reaches every process of the group by itself; twice would mean "at once, please".
    if (signal === 'SIGINT' && process.stdin.isTTY) return;
    child.kill(signal);
  };
  const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      for (const name of signals) process.removeListener(name, forward);
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}
