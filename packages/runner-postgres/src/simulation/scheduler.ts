import type { SeededRandom } from './seeded-random.js';

/** Something that will happen, unless it is cancelled before. */
export interface Planned {
  cancel(): void;
}

interface Task extends Planned {
  readonly at: number;
  readonly tie: number;
  readonly label: string;
  run: (() => void) | undefined;
}

/** How many things happen in one turn of the event loop. */
const TURN_EVERY = 1_000;

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
  #hash = 0x811c9dc5;
  #other = 0x1b873593;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Plans something; `label` goes into the trace. */
  after(delayMs: number, label: string, run: () => void): Planned {
    const task: Task = {
      at: this.now + Math.max(0, delayMs),
      tie: this.#random.next(),
      label,
      run,
      cancel: () => {
        task.run = undefined;
      },
    };
    this.#push(task);
    return task;
  }

  /** Lets things happen until that time. */
  async runUntil(at: number): Promise<void> {
    await this.#settle();
    for (;;) {
      const [next] = this.#heap;
      if (!next || next.at > at) break;
      this.#pop();
      const { run } = next;
      if (!run) continue;
      this.now = next.at;
      this.steps += 1;
      this.note(next.label, Math.round((next.at - STARTS_AT) * 1_000));
      run();
      await this.#settle();
    }
    this.now = at;
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
   * A turn of the event loop would do as well, at several times the cost; one now and then lets the process be.
   */
  #settle(): Promise<void> {
    const wait = this.steps % TURN_EVERY === 0 ? setImmediate : process.nextTick;
    return new Promise((resolve) => void wait(resolve));
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
