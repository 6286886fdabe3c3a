import { fork } from 'node:child_process';
import { once } from 'node:events';
import { environment } from './prepare-workspace.mjs';

/** A process that runs seeds, for as long as there are any. */
export class SeedRunner {
  #child;
  #failed;

  /** @param bundle - `run-seeds`, which is started in `cwd` */
  constructor(bundle, cwd) {
    // Most of what it makes is soon forgotten: with more room for that it is collected less often.
    this.#child = fork(bundle, {
      execPath: 'node',
      execArgv: ['--max-semi-space-size=32'],
      cwd,
      env: environment,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#failed = once(this.#child, 'close').then(([code, signal]) => {
      throw new Error(`a process of the simulation ended with ${signal ?? `exit code ${code}`}`);
    });
    // Once it is told to end, it may.
    this.#failed.catch(() => undefined);
  }

  async run(first, count) {
    this.#child.send({ first, count });
    const [totals] = await Promise.race([once(this.#child, 'message'), this.#failed]);
    return totals;
  }

  end() {
    this.#child.disconnect();
  }
}
