/** Something that is to happen at a time. */
interface Entry {
  readonly dueAt: number;
  readonly order: number;
  readonly work: () => Promise<void> | void;
}

/** Takes an entry off the agenda again; without effect once it has been taken. */
export type Cancel = () => void;

/**
 * What is to happen when, in virtual time. Things due at the same time come in the order in which they were put
 * down, so that a test does the same every time.
 */
export class Agenda {
  #entries: Entry[] = [];
  #order = 0;

  /** Puts work down for a time. */
  put(dueAt: number, work: Entry['work']): Cancel {
    this.#order += 1;
    const entry = { dueAt, order: this.#order, work };
    this.#entries.push(entry);
    return () => {
      this.#entries = this.#entries.filter((other) => other !== entry);
    };
  }

  /** When the next entry is due; `undefined` when there is none. */
  nextDueAt(): number | undefined {
    return this.#first()?.dueAt;
  }

  /** Takes the next entry that is due by then. */
  take(byNow: number): Entry['work'] | undefined {
    const first = this.#first();
    if (!first || first.dueAt > byNow) return undefined;
    this.#entries = this.#entries.filter((other) => other !== first);
    return first.work;
  }

  #first(): Entry | undefined {
    return this.#entries.reduce<Entry | undefined>(
      (best, one) =>
        !best || one.dueAt < best.dueAt || (one.dueAt === best.dueAt && one.order < best.order) ? one : best,
      undefined,
    );
  }
}
