import type { SeededRandom } from './seeded-random.js';

/** Something that will happen, unless it is cancelled before. */
export interface Planned {
  cancel(): void;
}

class Task implements Planned {
  constructor(
    readonly at: number,
    readonly tie: number,
    readonly label: string,
    readonly isOutside: boolean,
    public run: (() => void) | undefined,
  ) {}

  cancel(): void {
    this.run = undefined;
  }
}

/** How often promises go on in one turn of the event loop. */
const TURN_EVERY = 1_000;

const SETTLED = Promise.resolve();

/** When simulated time begins. */
const STARTS_AT = 1_700_000_000_000;

/**
 * The one thing that makes anything happen in a simulation: virtual time, and what is planned for it. What is due at
 * the same instant happens in an order that the seed decides. Between two happenings every promise that can go on
 * has gone on, so that the order of happenings is the order of everything.
 */
export class Scheduler {
  /** The true time: the simulated database's. Milliseconds since the epoch. */
  now = STARTS_AT;
  /** How many things have happened. */
  steps = 0;
  readonly #random: SeededRandom;
  readonly #heap: Task[] = [];
  #turns = 0;
  #hash = 0x811c9dc5;
  #other = 0x1b873593;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Plans something; `label` goes into the trace. */
  after(delayMs: number, label: string, run: () => void): Planned {
    return this.#plan(delayMs, label, false, run);
  }

  /**
   * Plans something that happens outside of every process, on the network or at a server: what it may do is change
   * what is there and plan more. No promise may go on by it, for none is waited for.
   */
  afterOutside(delayMs: number, label: string, run: () => void): Planned {
    return this.#plan(delayMs, label, true, run);
  }

  /** Lets things happen until that time. */
  runUntil(at: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const goOn = () => {
        try {
          if (this.#happen(at)) this.#settle(tick, goOn);
          else resolve();
        } catch (error) {
          reject(error);
        }
      };
      const tick = () => process.nextTick(goOn);
      this.#settle(tick, goOn);
    });
  }

  /** Lets happen what is next, until promises may go on by it; false when nothing is left until that time. */
  #happen(until: number): boolean {
    for (;;) {
      const [next] = this.#heap;
      if (!next || next.at > until) break;
      this.#pop();
      const { run } = next;
      if (!run) continue;
      this.now = next.at;
      this.steps += 1;
      this.note(next.label, Math.round((next.at - STARTS_AT) * 1_000));
      run();
      if (!next.isOutside) return true;
    }
    this.now = until;
    return false;
  }

  /** Adds something to the trace. */
  note(text: string, number: number): void {
    let hash = this.#hash ^ number;
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    this.#hash = hash >>> 0;
    this.#other = (Math.imul(this.#other ^ hash, 0xcc9e2d51) + number) >>> 0;
  }

  /** One word for everything that has happened, in its order. */
  get trace(): string {
    return [this.#hash, this.#other].map((part) => part.toString(16).padStart(8, '0')).join('');
  }

  /**
   * Every continuation is a microtask, and Node's next tick comes when no microtask is left: all of them have run then.
   * It has to be asked for in a microtask, for one that is asked for in a tick comes before them. A turn of the event
   * loop would do as well, at several times the cost; one now and then lets the process be.
   */
  #settle(tick: () => void, goOn: () => void): void {
    this.#turns += 1;
    if (this.#turns % TURN_EVERY === 0) setImmediate(goOn);
    else void SETTLED.then(tick);
  }

  #plan(delayMs: number, label: string, isOutside: boolean, run: () => void): Planned {
    const task = new Task(this.now + Math.max(0, delayMs), this.#random.next(), label, isOutside, run);
    this.#push(task);
    return task;
  }

  #push(task: Task): void {
    const heap = this.#heap;
    let index = heap.push(task) - 1;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = heap[above];
      if (!parent || !isBefore(task, parent)) break;
      heap[index] = parent;
      index = above;
    }
    heap[index] = task;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let below = 2 * index + 1;
      const right = heap[below + 1];
      const left = heap[below];
      if (!left) break;
      if (right && isBefore(right, left)) below += 1;
      const child = heap[below];
      if (!child || !isBefore(child, last)) break;
      heap[index] = child;
      index = below;
    }
    heap[index] = last;
  }
}

function isBefore(a: Task, b: Task): boolean {
  return a.at < b.at || (a.at === b.at && a.tie < b.tie);
}
