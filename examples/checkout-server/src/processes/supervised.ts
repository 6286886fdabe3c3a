import type { WorkerMessage } from './worker-process.ts';

/** Whether a server has started this process as its worker. */
export function isSupervised(): boolean {
  return process.send !== undefined;
}

/** Ends this process at once when the server that has started it ends, however that happens. */
export function endWithServer(): void {
  process.once('disconnect', () => process.exit(1));
  if (!process.connected) process.exit(1);
}

/** Tells the server that this worker works. */
export function reportWorking(): void {
  process.send?.({ kind: 'working' } satisfies WorkerMessage);
}
