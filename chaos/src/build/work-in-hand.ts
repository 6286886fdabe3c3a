import { openSync, writeSync } from 'node:fs';
import { idempotencyKey } from '@countermand/saga-core';
import { LeaseKeeper } from '../../../packages/runner-postgres/src/lease-keeper.js';
import type { LeasedRow } from '../../../packages/runner-postgres/src/ports/outbox-rows.js';
import type { Phase } from './strike-point.js';

/** What a worker writes down of itself, so that it can be read after its death. */
export interface WorkInHand {
  /** Leases of the rows that it carries out, or whose answers it hasn't committed. */
  readonly leases: readonly string[];
  /** Transactions that move sagas and are open. */
  readonly moves: number;
}

const file = process.env['CHAOS_STATE'];
const descriptor = file === undefined ? undefined : openSync(file, 'w');
const leases = new Set<string>();
const phases = new Map<string, Phase>();
let moves = 0;

/** Follows the leases that this process holds. */
export function followLeases(): void {
  const { hold, drop } = LeaseKeeper.prototype;
  LeaseKeeper.prototype.hold = function (row, takenAt, onLost) {
    leases.add(row.lease);
    phases.set(idempotencyKey(row.sagaId, row.key), phaseOf(row));
    write();
    hold.call(this, row, takenAt, onLost);
  };
  LeaseKeeper.prototype.drop = function (row) {
    leases.delete(row.lease);
    write();
    drop.call(this, row);
  };
}

/** In which phase a step's row was taken by this process last. */
export function phaseOfKey(key: string): Phase {
  return phases.get(key) ?? 'forward';
}

/** What kind of attempt a row stands for. */
export function phaseOf({ attempt, role }: Pick<LeasedRow, 'attempt' | 'role'>): Phase {
  if (role === 'undo') return 'compensation';
  return attempt > 1 ? 'retry' : 'forward';
}

/** Counts a transaction that moves sagas for as long as it is open. */
export async function countMove<Result>(run: () => Promise<Result>): Promise<Result> {
  moves += 1;
  write();
  try {
    return await run();
  } finally {
    moves -= 1;
    write();
  }
}

/** One line at the front of the file; what a longer one left behind it is not read. */
function write(): void {
  if (descriptor === undefined) return;
  writeSync(descriptor, `${JSON.stringify({ leases: [...leases], moves } satisfies WorkInHand)}\n`, 0);
}
