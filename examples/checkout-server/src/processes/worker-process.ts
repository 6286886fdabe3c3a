import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';

const STOP_TIMEOUT_MS = 15_000;
/** One that ends this soon after its start would end again: it is given a rest before the next try. */
const SHORT_LIFE_MS = 3_000;
const REST_MS = 1_000;

/** What a worker tells the server that has started it. */
export type WorkerMessage =
  | { readonly kind: 'working' }
  /** It was told to be killed in the middle of this step, and is about to be. */
  | { readonly kind: 'struck'; readonly step: string; readonly sagaId: string };

/** What the server tells its worker: the next time it runs this step, kill it before the answer is stored. */
export interface StrikeOrder {
  readonly strikeAt: string;
}

/** What happens to a worker, for whoever shows it. Times are milliseconds. */
export type WorkerEvent =
  | { readonly kind: 'ended'; readonly pid: number; readonly struck?: { step: string; sagaId: string } }
  | { readonly kind: 'back'; readonly pid: number; readonly awayMs: number };

/** What the worker is started with. */
export interface WorkerProcessOptions {
  /** Its settings, by the names of environment variables; those of this process hold where they say nothing. */
  readonly settings: Readonly<Record<string, string>>;
  readonly log: Logger;
}

/**
 * The worker as a process of its own: the same program with `ROLE=worker`. It ends when the server ends, however that
 * happens, because the channel between them closes; and when it ends by itself, it is started again at once.
 */
export class WorkerProcess {
  #child: ChildProcess | undefined;
  #isWorking = false;
  #isStopping = false;
  #endedAt: number | undefined;
  #struck: { step: string; sagaId: string } | undefined;
  #strikeAt: string | undefined;
  readonly #watchers = new Set<(event: WorkerEvent) => void>();

  constructor(private readonly options: WorkerProcessOptions) {
    this.#start();
  }

  /** Of the one that runs, or is being started. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Whether it carries steps out; false while it is being started. */
  get isWorking(): boolean {
    return this.#isWorking;
  }

  /** Calls back with all that happens from now on, until the answer is called. */
  watch(watcher: (event: WorkerEvent) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** `kill -9`. It is started again. Answers the pid, `undefined` where none runs. */
  kill(): number | undefined {
    const pid = this.#child?.pid;
    if (!this.#child?.kill('SIGKILL')) return undefined;
    this.#isWorking = false;
    return pid;
  }

  /** Kills it in the middle of the next such step: what was asked for has happened, and nobody has written it down. */
  strikeAt(step: string): void {
    this.#strikeAt = step;
    this.#child?.send({ strikeAt: step } satisfies StrikeOrder);
  }

  /** The step in whose middle it is going to be killed. */
  get willBeStruckAt(): string | undefined {
    return this.#strikeAt;
  }

  /** Lets it finish what is under way, and doesn't start it again. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    const tooLong = new AbortController();
    await Promise.race([
      exited,
      pause(STOP_TIMEOUT_MS, undefined, { signal: tooLong.signal }).then(
        () => child.kill('SIGKILL'),
        () => undefined,
      ),
    ]);
    await exited;
    tooLong.abort();
  }

  #start(): void {
    const { settings } = this.options;
    const startedAt = performance.now();
    const [, program = ''] = process.argv;
    // A debugger has one port, which is the server's.
    const flags = process.execArgv.filter((flag) => !flag.startsWith('--inspect'));
    const child = spawn(process.execPath, [...flags, program], {
      // Ctrl-C in a terminal is for the server, which then stops its worker in good order.
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...settings, ROLE: 'worker', WORKER_PROCESS: '', PORT: '0' },
    });
    this.#child = child;
    child.on('message', (message) => this.#hear(child, message as WorkerMessage));
    child.once('exit', (code, signal) => void this.#ended(child, { code, signal, startedAt }));
    child.once('error', (error) => this.options.log.error({ err: error }, 'the worker could not be started'));
  }

  #hear({ pid }: ChildProcess, message: WorkerMessage): void {
    if (message.kind === 'struck') {
      this.#struck = { step: message.step, sagaId: message.sagaId };
      return;
    }
    this.#isWorking = true;
    const { log } = this.options;
    log.info({ pid }, 'the worker works');
    if (this.#endedAt === undefined || pid === undefined) return;
    this.#tell({ kind: 'back', pid, awayMs: performance.now() - this.#endedAt });
  }

  async #ended(
    { pid = 0 }: ChildProcess,
    how: { readonly code: number | null; readonly signal: string | null; readonly startedAt: number },
  ): Promise<void> {
    this.#isWorking = false;
    this.#child = undefined;
    this.#strikeAt = undefined;
    if (this.#isStopping) return;
    const { startedAt, ...ending } = how;
    this.#endedAt = performance.now();
    this.options.log.warn({ pid, ...ending }, 'the worker ended, and is started again');
    this.#tell({ kind: 'ended', pid, ...(this.#struck && { struck: this.#struck }) });
    this.#struck = undefined;
    if (performance.now() - startedAt < SHORT_LIFE_MS && how.signal !== 'SIGKILL') await pause(REST_MS);
    if (!this.#isStopping) this.#start();
  }

  #tell(event: WorkerEvent): void {
    for (const watcher of this.#watchers) watcher(event);
  }
}
