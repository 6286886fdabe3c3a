import type { KeptAlive } from '../processes/keep-alive.ts';

/** Whether processes can be suspended here. */
export const CAN_SUSPEND = process.platform !== 'win32';

/** A process that can be stopped in its tracks and let go on (`SIGSTOP`, `SIGCONT`), or killed. */
export class Suspendable {
  #suspended: number | undefined;

  constructor(private readonly kept: KeptAlive) {}

  get pid(): number {
    return this.kept.pid();
  }

  get isSuspended(): boolean {
    return this.#suspended === this.pid;
  }

  /** `SIGSTOP`: it holds its connections, and answers nothing. */
  suspend(): void {
    this.#suspended = this.pid;
    process.kill(this.pid, 'SIGSTOP');
  }

  /** `SIGCONT`: it goes on where it was. */
  resume(): void {
    this.#suspended = undefined;
    process.kill(this.pid, 'SIGCONT');
  }

  /** `kill -9`. It is started again within a second or two. */
  kill(): void {
    this.#suspended = undefined;
    process.kill(this.pid, 'SIGKILL');
  }
}
