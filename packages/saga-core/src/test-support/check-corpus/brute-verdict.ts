/** What the brute force says of a saga. */
export interface BruteVerdict {
  /** By rule, what is wrong, for people who compare. */
  readonly wrong: Readonly<Record<string, readonly string[]>>;
  /** How many things happen before the first parked saga with something left open. */
  readonly leakAfter: number | undefined;
}
