import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** Makes a server's flushes slower, by a library that is preloaded into it: `native/slow-flush.c`. */
export class FlushDelay {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
    writeFileSync(this.#file, Buffer.alloc(4), { mode: 0o644 });
  }

  /** Compiles the library. @throws Error where there is no C compiler, or this isn't Linux */
  static prepare(): FlushDelay {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'countermand-bench-'));
    // The server may run as another user.
    chmodSync(folder, 0o755);
    const source = path.join(import.meta.dirname, '../native/slow-flush.c');
    execFileSync('gcc', [
      '-shared',
      '-fPIC',
      '-O2',
      '-Wall',
      '-Werror',
      '-o',
      `${folder}/slow-flush.so`,
      source,
      '-ldl',
    ]);
    return new FlushDelay(folder);
  }

  get #file(): string {
    return path.join(this.#folder, 'delay');
  }

  /** What the server's process must find in its environment. */
  get environment(): Record<string, string> {
    return { LD_PRELOAD: path.join(this.#folder, 'slow-flush.so'), FLUSH_DELAY_FILE: this.#file };
  }

  /** From the next flush on. */
  set(delayMs: number): void {
    const delay = Buffer.alloc(4);
    delay.writeUInt32LE(delayMs * 1_000);
    // In place: the server has this very file mapped.
    writeFileSync(this.#file, delay, { flag: 'r+' });
  }

  /** Only after the server has stopped. */
  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
