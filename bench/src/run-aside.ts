import { fork } from 'node:child_process';
import path from 'node:path';

/** The longest that one may take, milliseconds. */
const PATIENCE_MS = 300_000;

/**
 * Runs a file of `asides/` in a process of its own, where nothing that was measured before has left its traces, and
 * gives what it answers.
 */
export async function runAside<Output>(name: string, input: object): Promise<Output> {
  const child = fork(path.join(import.meta.dirname, 'asides', `${name}.ts`), [JSON.stringify(input)], {
    execArgv: ['--disable-warning=ExperimentalWarning', '--disable-warning=DeprecationWarning'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return await new Promise<Output>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${name} took longer than ${PATIENCE_MS / 1_000} s`));
    }, PATIENCE_MS);
    let output: Output | undefined;
    child.once('message', (message: Output) => {
      output = message;
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      if (output === undefined) reject(new Error(`${name} ended with ${code} and no answer`));
      else resolve(output);
    });
  });
}

/** What an aside was given. */
export function asideInput<Input>(): Input {
  return JSON.parse(process.argv[2] ?? '{}') as Input;
}

/** Gives the answer, and lets the process end. */
export function answerAside(output: object): void {
  process.send?.(output, () => process.disconnect());
}
