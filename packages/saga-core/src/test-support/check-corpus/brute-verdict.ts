/** What the brute force says of a saga. */
export interface BruteVerdict {
  /** By rule, what is wrong, for people who compare. */
  readonly wrong: Readonly<Record<string, readonly string[]>>;
  /** Rules of which it isn't sure that they are broken, for the walk was cut off, and what follows may be the contrary. */
  readonly unsure: readonly string[];
  /** How many things happen before the first parked saga with something left open. */
  readonly leakAfter: number | undefined;
  /**
   * After how many things something that can happen was left out first, for too many steps would have been left: there
   * may be ways that are longer than that by two and more, and that the walk hasn't seen.
   */
  readonly cutAfter: number | undefined;
}
