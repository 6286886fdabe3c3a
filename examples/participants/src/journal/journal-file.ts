import { createReadStream } from 'node:fs';
import { type FileHandle, mkdir, open, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { JournalFlaw } from '../contract/audit-answers.ts';
import { type Entry, readEntry, writeEntry } from './entry.ts';

/** An entry as it stands in the file; `line` counts from 1. */
export interface Posted {
  line: number;
  entry: Entry;
}

/** What reading a journal found. `bytes` is the length of all whole lines. */
export interface Reading {
  lines: number;
  bytes: number;
  lastSeq: number;
  flaws: JournalFlaw[];
}

/**
 * Reads a journal from disk and hands every entry on, in order. An unfinished last line is left
 * out: either it is being written at this moment or a crash tore it off.
 */
export async function readJournal(path: string, onEntry: (posted: Posted) => void): Promise<Reading> {
  const reading: Reading = { lines: 0, bytes: 0, lastSeq: 0, flaws: [] };
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const data = Buffer.concat([rest, chunk as Buffer]);
    let start = 0;
    for (let end = data.indexOf(10); end !== -1; end = data.indexOf(10, start)) {
      readLine(reading, data.toString('utf8', start, end), onEntry);
      reading.bytes += end + 1 - start;
      start = end + 1;
    }
    rest = data.subarray(start);
  }
  return reading;
}

function readLine(reading: Reading, text: string, onEntry: (posted: Posted) => void): void {
  const line = ++reading.lines;
  const read = readEntry(text);
  if (read.kind === 'unreadable') {
    reading.flaws.push({ line, problem: 'unreadable', detail: read.detail });
    return;
  }
  const { seq } = read.entry;
  if (read.edited) reading.flaws.push({ line, problem: 'edited', detail: 'wrong checksum' });
  if (seq !== reading.lastSeq + 1) {
    const detail = `number ${seq} after ${reading.lastSeq}`;
    reading.flaws.push({ line, problem: 'sequence', detail });
  }
  reading.lastSeq = Math.max(reading.lastSeq, seq);
  onEntry({ line, entry: read.entry });
}

interface Batch {
  lines: string[];
  onDisk: PromiseWithResolvers<void>;
}

/**
 * An append-only file of entries. `append` keeps the order of its calls; whoever answers anybody
 * waits for `settled()` first: then every line appended so far is on the disk. Lines that arrive
 * while a flush is under way share the next one.
 */
export class JournalFile {
  private collecting: Batch | undefined;
  private latest: Promise<void> = Promise.resolve();
  private flushing = false;

  private constructor(
    readonly path: string,
    private handle: FileHandle,
    private seq: number,
    private line: number,
    private readonly onFatal: (error: unknown) => void,
  ) {}

  /**
   * Opens or creates the journal, cuts a torn last line, hands every entry to `onEntry`. A write
   * that fails later calls `onFatal`, which must end the process: memory is ahead of the disk.
   */
  static async open(
    path: string,
    onEntry: (posted: Posted) => void,
    onFatal: (error: unknown) => void,
  ): Promise<{ journal: JournalFile; reading: Reading; tornBytes: number }> {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(path, 'a');
    await syncDirectory(dirname(path));
    const reading = await readJournal(path, onEntry);
    const tornBytes = (await stat(path)).size - reading.bytes;
    if (tornBytes > 0) {
      await truncate(path, reading.bytes);
      await handle.datasync();
    }
    const journal = new JournalFile(path, handle, reading.lastSeq, reading.lines, onFatal);
    return { journal, reading, tornBytes };
  }

  /** Numbers the entry and puts it in line for the disk. On disk once `settled()` resolves. */
  append(entry: Omit<Entry, 'seq'>): Posted {
    const numbered: Entry = { seq: ++this.seq, ...entry };
    this.collecting ??= this.startBatch();
    this.collecting.lines.push(writeEntry(numbered));
    return { line: ++this.line, entry: numbered };
  }

  /** Resolves when everything appended before this call is on the disk. */
  settled(): Promise<void> {
    return this.latest;
  }

  async close(): Promise<void> {
    await this.settled();
    await this.handle.close();
  }

  private startBatch(): Batch {
    const batch: Batch = { lines: [], onDisk: Promise.withResolvers() };
    this.latest = batch.onDisk.promise;
    // Nobody may be waiting for this very batch; onFatal has the error.
    this.latest.catch(() => undefined);
    if (!this.flushing) {
      this.flushing = true;
      // Lets every request of this turn of the event loop into the same flush.
      setImmediate(() => void this.flush());
    }
    return batch;
  }

  private async flush(): Promise<void> {
    for (let batch = this.collecting; batch; batch = this.collecting) {
      this.collecting = undefined;
      try {
        await this.followReplacedFile();
        await this.handle.appendFile(batch.lines.join(''));
        await this.handle.datasync();
        batch.onDisk.resolve();
      } catch (error) {
        batch.onDisk.reject(error);
        this.onFatal(error);
        return;
      }
    }
    this.flushing = false;
  }

  /** An editor that replaced the file would otherwise leave us writing into a deleted one. */
  private async followReplacedFile(): Promise<void> {
    const [ours, named] = await Promise.all([this.handle.stat(), stat(this.path)]);
    if (ours.ino === named.ino) return;
    const replaced = this.handle;
    this.handle = await open(this.path, 'a');
    await replaced.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
