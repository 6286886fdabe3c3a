import { appendFile, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../testing/temporary-directory.ts';
import type { Entry } from './entry.ts';
import { JournalFile, readJournal } from './journal-file.ts';

const at = '2026-01-01T00:00:00.000Z';
const supplied = (units: number): Omit<Entry, 'seq'> => ({
  at,
  changes: [{ kind: 'stock.supplied', sku: 'iphone-15', initial: units, available: units }],
});

async function newPath(): Promise<string> {
  return join(await temporaryDirectory(), 'data', 'journal.jsonl');
}

async function open(path: string) {
  const units: number[] = [];
  const opened = await JournalFile.open(
    path,
    ({ entry }) => {
      for (const change of entry.changes) if (change.kind === 'stock.supplied') units.push(change.initial);
    },
    (error) => {
      throw error;
    },
  );
  onTestFinished(() => opened.journal.close());
  return { ...opened, units };
}

async function write(path: string, ...units: number[]): Promise<void> {
  const { journal } = await open(path);
  for (const one of units) journal.append(supplied(one));
  await journal.settled();
}

describe('the journal', () => {
  it('gives back what was written, in order and without flaws', async () => {
    const path = await newPath();
    await write(path, 1, 2, 3);
    await write(path, 4);
    const { units, reading, tornBytes } = await open(path);
    expect(units).toEqual([1, 2, 3, 4]);
    expect(reading).toMatchObject({ lines: 4, lastSeq: 4, flaws: [] });
    expect(tornBytes).toBe(0);
  });

  it('has every line on disk that was appended before settled() resolves, however many at once', async () => {
    const path = await newPath();
    const { journal } = await open(path);
    await Promise.all(
      Array.from({ length: 200 }, async (_, n) => {
        if (n % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
        const { line } = journal.append(supplied(n));
        await journal.settled();
        const { lines } = await readJournal(path, () => undefined);
        expect(lines).toBeGreaterThanOrEqual(line);
      }),
    );
    expect(await readJournal(path, () => undefined)).toMatchObject({ lines: 200, flaws: [] });
  });

  it('lets a waiter go although others keep appending', async () => {
    const { journal } = await open(await newPath());
    let waiting = true;
    journal.append(supplied(0));
    const waited = journal.settled().then(() => {
      waiting = false;
    });
    for (let n = 1; waiting && n < 100_000; n += 1) {
      journal.append(supplied(n));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(waiting).toBe(false);
    await waited;
  });

  it('cuts a torn last line, at whatever byte it was torn, and goes on', async () => {
    const path = await newPath();
    await write(path, 1, 2);
    const whole = await readFile(path);
    const firstLine = whole.indexOf(10) + 1;
    for (let bytes = firstLine; bytes < whole.length; bytes += 7) {
      await writeFile(path, whole.subarray(0, bytes));
      await write(path, 3);
      const { units, reading } = await open(path);
      expect(units).toEqual([1, 3]);
      expect(reading.flaws).toEqual([]);
    }
  });

  it('names a line that was edited and counts it as it stands', async () => {
    const path = await newPath();
    await write(path, 1, 2, 3);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('"initial":2', '"initial":5'));
    const { units, reading } = await open(path);
    expect(units).toEqual([1, 5, 3]);
    expect(reading.flaws).toMatchObject([{ line: 2, problem: 'edited' }]);
  });

  it('names a line that is gone, doubled or moved', async () => {
    const path = await newPath();
    await write(path, 1, 2, 3);
    const [one, two, three] = (await readFile(path, 'utf8')).split('\n');
    const flawsOf = async (...lines: unknown[]) => {
      await writeFile(path, `${lines.join('\n')}\n`);
      const { flaws } = await readJournal(path, () => undefined);
      return flaws.map(({ line, problem }) => `${line} ${problem}`);
    };
    expect(await flawsOf(one, three)).toEqual(['2 sequence']);
    expect(await flawsOf(one, two, two, three)).toEqual(['3 sequence']);
    expect(await flawsOf(two, one, three)).toEqual(['1 sequence', '2 sequence']);
  });

  it.each([
    ['garbage', 'not JSON'],
    ['{"entry":{"seq":2}}', 'not an entry'],
    ['{"sum":"0123456789abcdef","entry":{"seq":"2","at":"now","changes":[]}}', 'not an entry'],
  ])('names an unreadable line (%s) and leaves it out', async (line, detail) => {
    const path = await newPath();
    await write(path, 1);
    await appendFile(path, `${line}\n`);
    const { units, reading } = await open(path);
    expect(units).toEqual([1]);
    expect(reading.flaws).toEqual([{ line: 2, problem: 'unreadable', detail }]);
  });

  it('follows a file that an editor has replaced', async () => {
    const path = await newPath();
    const { journal } = await open(path);
    journal.append(supplied(1));
    await journal.settled();
    await writeFile(`${path}.new`, await readFile(path));
    await rename(`${path}.new`, path);
    journal.append(supplied(2));
    await journal.settled();
    expect(await readJournal(path, () => undefined)).toMatchObject({ lines: 2, flaws: [] });
  });

  it('reports a write that fails and resolves nobody who waits for it', async () => {
    const path = await newPath();
    const errors: unknown[] = [];
    const { journal } = await JournalFile.open(
      path,
      () => undefined,
      (error) => errors.push(error),
    );
    await rename(path, `${path}.gone`);
    journal.append(supplied(1));
    await expect(journal.settled()).rejects.toThrow('ENOENT');
    expect(errors).toHaveLength(1);
  });
});
