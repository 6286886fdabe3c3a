import { writeSync } from 'node:fs';

/** What a transaction or a call is about: an answer to a step, by what kind of attempt that was, or something else. */
export type Phase = 'forward' | 'retry' | 'compensation' | 'timer' | 'event' | 'any';

/** Points of the engine at which a worker of the test build can be struck. */
export const POINTS = [
  ...['before-begin', 'before-lock', 'lock-sent', 'after-lock', 'before-save', 'before-rows', 'rows-sent'],
  ...['after-rows', 'before-jobs', 'after-jobs', 'before-commit', 'commit-sent', 'after-commit'],
  ...['before-call', 'call-sent', 'after-call', 'before-retry', 'after-retry', 'before-take', 'after-take'],
  ...['before-redeliver', 'after-redeliver', 'before-renew', 'after-renew', 'before-remove'],
] as const;

/** See {@link POINTS}. */
export type Point = (typeof POINTS)[number];

/** `kill`: kill -9; `stop`: SIGSTOP, until somebody sends SIGCONT; `block`: the event loop stands still for a while. */
export type StrikeAction = 'kill' | 'stop' | 'block';

/** How long a blocked event loop stands still: longer than a lease. */
const BLOCK_MS = 8_000;

/** One strike at a point: when it is reached in that phase for the nth time. */
export interface ArmedStrike {
  readonly point: Point;
  readonly phase: Phase;
  readonly action: StrikeAction;
  readonly nth: number;
}

/** As text for the environment variable `CHAOS_STRIKE`: `after-commit/retry/kill/2`. */
export function writeStrike({ point, phase, action, nth }: ArmedStrike): string {
  return `${point}/${phase}/${action}/${nth}`;
}

/** Comes about only while this process holds a lease for long, which few steps need. */
export const RENEWALS: ReadonlySet<Point> = new Set(['before-renew', 'after-renew']);

let armed = readStrike(process.env['CHAOS_STRIKE']);
let left = armed?.nth ?? 0;

function readStrike(text: string | undefined): ArmedStrike | undefined {
  const [point, phase, action, nth] = (text ?? '').split('/');
  if (!point) return undefined;
  return { point: point as Point, phase: phase as Phase, action: action as StrikeAction, nth: Number(nth) };
}

/** The point at which this process will be struck, until it has been. */
export function armedPoint(): Point | undefined {
  return armed?.point;
}

/** Called by the test build wherever a point is reached. Does nothing, unless exactly that one is armed. */
export function reach(point: Point, phases: Iterable<Phase>): void {
  if (armed?.point !== point) return;
  const { phase, action } = armed;
  if (phase !== 'any' && ![...phases].includes(phase)) return;
  left -= 1;
  if (left > 0) return;
  armed = undefined;
  // Written before the strike, and to a pipe's buffer at the latest: what is said here outlives the process.
  writeSync(2, `chaos: ${action} at ${point}/${phase}\n`);
  if (action === 'block') block();
  else process.kill(process.pid, action === 'kill' ? 'SIGKILL' : 'SIGSTOP');
}

/** Stands still: no timer fires, nothing is read. */
export function block(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCK_MS);
}
