/** A job that says: look at this row. The row decides whether there is anything to do. */
export interface Wakeup {
  readonly queue: string;
  readonly sagaId: string;
  readonly key: string;
  readonly delivery: string;
  /** Which fetch of the job this was; settles are fenced by it. */
  readonly retryCount: number;
}
