const longestTimeoutMs = 2 ** 31 - 1;

/** Calls `run` for each planned task once its time has come, until it is stopped. */
export class TaskAlarm {
  private readonly timers = new Map<string, NodeJS.Timeout>();
  private isStopped = false;

  constructor(
    private readonly run: (taskId: string) => void,
    private readonly now: () => number = Date.now,
  ) {}

  /** `dueAt` in ms since 1970. Once stopped nothing is planned any more. */
  set(taskId: string, dueAt: number): void {
    if (this.isStopped) return;
    const waitMs = Math.min(Math.max(0, dueAt - this.now()), longestTimeoutMs);
    const timer = setTimeout(() => {
      this.timers.delete(taskId);
      if (this.now() < dueAt) this.set(taskId, dueAt);
      else this.run(taskId);
    }, waitMs);
    this.timers.set(taskId, timer);
  }

  stop(): void {
    this.isStopped = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }
}
