import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { BenchServer } from './bench-server.ts';
import { Figures } from './figures.ts';

/** Where and when a run took place. */
export interface Circumstances {
  readonly command: string;
  readonly startedAt: string;
  readonly tookMinutes: number;
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  /** Of the minute before the run began: what else was going on. */
  readonly loadBefore: number;
  readonly system: string;
  readonly node: string;
  readonly postgres: string;
  readonly revision: string;
}

/** A run as it is stored. */
export interface Results {
  readonly circumstances: Circumstances;
  readonly figures: Figures;
}

/** Says where this is; the time that it took comes in the end. */
export async function describeCircumstances(server: BenchServer, command: string): Promise<Circumstances> {
  const [version] = await server.query<{ server_version: string }>('show server_version');
  return {
    command,
    startedAt: new Date().toISOString(),
    tookMinutes: 0,
    processor: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    loadBefore: os.loadavg()[0] ?? Number.NaN,
    system: `${os.type()} ${os.release().split('-')[0]}`,
    node: process.version,
    postgres: version?.server_version ?? 'unknown',
    revision: revision(),
  };
}

function revision(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

/** Reads a stored run. */
export function readResults(file: string): Results {
  const { circumstances, figures } = JSON.parse(readFileSync(file, 'utf8')) as {
    circumstances: Circumstances;
    figures: Record<string, number[]>;
  };
  return { circumstances, figures: new Figures(figures) };
}
