/**
 * Wake-ups are to go to queues that this process hasn't met. Each has to be looked up once, by a statement of its own: not
 * beside a transaction that is open, which might hold the only connection there is.
 */
export class QueuesNotMet extends Error {
  override readonly name = 'QueuesNotMet';

  constructor(readonly queues: readonly string[]) {
    super(`queues that are met for the first time: ${queues.join(', ')}`);
  }
}
