import { assign, cancel, emit, raise, sendParent, sendTo, spawnChild, stopChild } from 'xstate';
import { holdsWatched, unwatched } from './unwatched.js';
import type { Code } from './watch-code.js';

/** What XState's action and guard creators give: a function that is never called, with its parts. */
export type Builtin = Code & Readonly<Record<string, unknown>>;
/** A part of a machine's configuration. */
export type Config = Readonly<Record<string, unknown>>;

/** What of an action is XState's own code. */
export const OWN_CODE = ['resolve', 'execute', 'retryResolve', 'check', 'src'];

const XSTATE = { assign, cancel, emit, raise, sendParent, sendTo, spawnChild, stopChild };
const CREATORS = Object.entries(XSTATE) as [string, Code][];

/** `enqueue`, with XState's shorthands. */
export function withCreators(put: (one: unknown) => unknown): Code {
  const shorthands: Record<string, Code> = {};
  for (const [name, create] of CREATORS) shorthands[name] = (...given) => put(create(...given));
  return Object.assign((one: unknown) => put(one), shorthands) as Code;
}

/** Whether what is enqueued has no code of the author's in it, and nothing that is watched. */
export function isBare(one: unknown): boolean {
  if (typeof one === 'string') return true;
  if (typeof one !== 'function') return isConfig(one) && isStill(one['params']);
  if ('check' in one || 'collect' in one) return false;
  const { assignment, ...parts }: Config = { ...one };
  const isOver = isConfig(assignment) ? Object.values(assignment).every(isStill) : assignment === undefined;
  return isOver && Object.entries(parts).every(([key, part]) => OWN_CODE.includes(key) || isStill(part));
}

function isStill(value: unknown): boolean {
  return typeof value !== 'function' && !holdsWatched(value);
}

/** What was enqueued as text. What is watched is as good as what it stands for. */
export function describeAsked(asked: readonly unknown[]): string {
  return JSON.stringify(unwatched(asked), (_, value: unknown) =>
    typeof value === 'function' ? 'code' : value,
  );
}

/** Whether it is an object that is nothing else. */
export function isConfig(value: unknown): value is Config {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
