import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Contender } from './contenders.ts';
import type { Answer, Order, WorkerUsage } from './driver-orders.ts';
import type { Load } from './run-load.ts';

/** How a driver is opened for one measurement. */
export interface OpenOptions {
  readonly url: string;
  /** See `PeerOptions`; false by default. */
  readonly exact?: boolean;
  /** How long each step takes, evenly spread; trivial by default. */
  readonly stepMs?: { readonly min: number; readonly max: number };
}

/** The longest that any one order may take, milliseconds: a peer that hangs ends the round and not the run. */
const PATIENCE_MS = 240_000;

/** A driver in a process of its own, as a user would run it: starts and steps in one process beside the server. */
export class DriverHandle {
  readonly #child: ChildProcess;
  readonly #folder: string;
  #serverPids: readonly number[] = [];

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
  }

  /** Starts the process and opens the driver in it. */
  static async open(contender: Contender, options: OpenOptions): Promise<DriverHandle> {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'countermand-bench-'));
    const child = fork(path.join(import.meta.dirname, 'driver-process.ts'), {
      execArgv: ['--disable-warning=ExperimentalWarning', '--disable-warning=DeprecationWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const handle = new DriverHandle(child, folder);
    const { program, setting } = contender;
    const { url, exact = false, stepMs } = options;
    try {
      const order: Order = {
        do: 'open',
        program,
        setting,
        url,
        folder,
        exact,
        ...(stepMs ? { stepMs } : {}),
      };
      handle.#serverPids = (await handle.#ask(order)) as number[];
    } catch (error) {
      await handle.#end();
      throw error;
    }
    return handle;
  }

  /** Servers of its own beside PostgreSQL. */
  get serverPids(): readonly number[] {
    return this.#serverPids;
  }

  /** See `runClosedLoop`. */
  async loop(order: { readonly inFlight: number; readonly seconds: number }): Promise<Load> {
    return (await this.#ask({ do: 'loop', ...order })) as Load;
  }

  /** See `runArrivals`. */
  async arrivals(order: { readonly perSecond: number; readonly seconds: number }): Promise<Load> {
    return (await this.#ask({ do: 'arrivals', ...order })) as Load;
  }

  /** Sagas that are complete in the database, each step with its result. */
  async completed(): Promise<number> {
    return (await this.#ask({ do: 'completed' })) as number;
  }

  /** What the process has used so far. */
  async usage(): Promise<WorkerUsage> {
    return (await this.#ask({ do: 'usage' })) as WorkerUsage;
  }

  /** Closes the driver and ends its process, whatever state it is in. */
  async close(): Promise<void> {
    try {
      await this.#ask({ do: 'close' });
    } finally {
      await this.#end();
    }
  }

  async #end(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #ask(order: Order): Promise<unknown> {
    const child = this.#child;
    return await new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer);
        child.removeListener('message', onAnswer);
        child.removeListener('exit', onExit);
        act();
      };
      const onAnswer = (answer: Answer) =>
        settle(() => ('error' in answer ? reject(new Error(answer.error)) : resolve(answer.value)));
      const onExit = () => settle(() => reject(new Error(`the process ended during '${order.do}'`)));
      const timer = setTimeout(
        () => settle(() => reject(new Error(`'${order.do}' took longer than ${PATIENCE_MS / 1_000} s`))),
        PATIENCE_MS,
      );
      child.on('message', onAnswer);
      child.on('exit', onExit);
      child.send(order);
    });
  }
}
