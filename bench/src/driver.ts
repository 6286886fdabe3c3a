/** Something that carries out sagas of five steps, each step trivial and its result stored. */
export interface Driver {
  /** Resolves when the saga's last step is committed. */
  one(): Promise<void>;
  /** How many sagas the database holds as complete, each step with its result. */
  completed(): Promise<number>;
  /** Servers of its own beside PostgreSQL. */
  readonly serverPids?: readonly number[];
  close(): Promise<void>;
}
