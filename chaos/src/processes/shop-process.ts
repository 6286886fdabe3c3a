import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { WorkInHand } from '../build/work-in-hand.ts';
import { endWithMe } from './end-with-me.ts';

const START_TIMEOUT_MS = 60_000;

/** What a process of the shop is started with. */
export interface ProcessOptions {
  readonly name: string;
  /** A program of the test build. */
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  /** Holds its log, and what it says of itself. */
  readonly directory: string;
  /** Answers 200 when it is ready. */
  readonly readyUrl?: string;
}

/** How a process ended that nobody had asked to end. */
export interface UnexpectedEnd {
  readonly name: string;
  readonly how: string;
  /** It found no database when it started, said so in a line and ended: as it should, and its supervisor starts it again. */
  readonly isEarly: boolean;
}

/**
 * On a machine with much memory V8 lets garbage pile up for long. With a limit, what is still large has been kept, and a
 * process that keeps too much ends by itself.
 */
const HEAP_LIMIT = '--max-old-space-size=320';

const NO_DATABASE =
  /the database can't be reached|the connection to the database broke while the server started/;

/** One process of the shop. Whoever ends it says so first: every other end is told. */
export class ShopProcess {
  readonly name: string;
  readonly logFile: string;
  readonly stateFile: string;
  /** Where its part of the log begins. */
  readonly logFrom: number;
  readonly child: ChildProcess;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  #isReady = false;
  #wasReady = false;
  #mayEnd = false;

  constructor(
    readonly options: ProcessOptions,
    onUnexpectedEnd: (end: UnexpectedEnd) => void,
  ) {
    const { name, program, env, directory } = options;
    this.name = name;
    this.logFile = path.join(directory, `${name}.log`);
    this.stateFile = path.join(directory, `${name}.state`);
    writeFileSync(this.stateFile, '');
    const log = openSync(this.logFile, 'a');
    this.logFrom = fstatSync(log).size;
    this.child = spawn(process.execPath, [HEAP_LIMIT, program], {
      stdio: ['ignore', log, log],
      env: { PATH: process.env['PATH'], ...env, CHAOS_STATE: this.stateFile },
    });
    closeSync(log);
    endWithMe(this.child);
    this.exited = once(this.child, 'exit').then(([code, signal]) => {
      this.#isReady = false;
      const isEarly = !this.#wasReady && NO_DATABASE.test(this.said());
      if (!this.#mayEnd) onUnexpectedEnd({ name, how: signal ?? `exit code ${code}`, isEarly });
      return { code, signal };
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isReady(): boolean {
    return this.#isReady;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Its end, in whatever way, is wanted from now on. */
  mayEnd(): void {
    this.#mayEnd = true;
  }

  /** Waits until it answers. @returns false where it has ended before */
  async ready(timeoutMs = START_TIMEOUT_MS): Promise<boolean> {
    const { readyUrl } = this.options;
    const endsAt = performance.now() + timeoutMs;
    while (readyUrl !== undefined && !(await answersAt(readyUrl))) {
      if (this.hasEnded) return false;
      if (performance.now() > endsAt) throw new Error(`${this.name} is not ready; see ${this.logFile}`);
      await pause(40);
    }
    this.#isReady = !this.hasEnded;
    this.#wasReady ||= this.#isReady;
    return this.#isReady;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.hasEnded) this.child.kill(signal);
  }

  /** kill -9. @returns what it had in hand */
  async kill(): Promise<WorkInHand> {
    this.mayEnd();
    this.#isReady = false;
    this.signal('SIGKILL');
    await this.exited;
    return this.workInHand();
  }

  /** All that it has said so far. */
  said(): string {
    const log = openSync(this.logFile, 'r');
    try {
      const said = Buffer.alloc(fstatSync(log).size - this.logFrom);
      return said.subarray(0, readSync(log, said, 0, said.length, this.logFrom)).toString('utf8');
    } finally {
      closeSync(log);
    }
  }

  /** What it wrote down last of the work that it has in hand. */
  workInHand(): WorkInHand {
    const [line = ''] = readFileSync(this.stateFile, 'utf8').split('\n', 1);
    return line === '' ? { leases: [], moves: 0 } : (JSON.parse(line) as WorkInHand);
  }

  /** Asks it to stop. @returns its exit code */
  async stop(): Promise<number | null> {
    this.mayEnd();
    this.#isReady = false;
    this.signal('SIGTERM');
    return (await this.exited).code;
  }
}

async function answersAt(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
