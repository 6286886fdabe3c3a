/**
 * Whether work that is under way should stop, and why. Cheaper than an `AbortController`, of which every attempt
 * would need several; {@link Interruption.signal} makes one for whoever wants it.
 */
export class Interruption {
  #reason: Error | undefined;
  #listeners: Set<(reason: Error) => void> | undefined;
  #controller: AbortController | undefined;

  /** Why; `undefined` as long as the work may go on. */
  get reason(): Error | undefined {
    return this.#reason;
  }

  /** Stops the work; what comes after the first time is ignored. */
  interrupt(reason: Error): void {
    if (this.#reason) return;
    this.#reason = reason;
    this.#controller?.abort(reason);
    for (const listener of this.#listeners ?? []) listener(reason);
    this.#listeners = undefined;
  }

  /** Told once, when the work is interrupted from now on. @returns takes the listener back */
  onInterrupt(listener: (reason: Error) => void): () => void {
    this.#listeners ??= new Set();
    this.#listeners.add(listener);
    return () => this.#listeners?.delete(listener);
  }

  /** The same as a signal. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason && !this.#controller.signal.aborted) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }
}
