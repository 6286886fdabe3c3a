import type { Driver } from './driver.ts';

/** The steps of a peer's saga, in their order. */
export const STEP_NAMES = ['check', 'reserve', 'authorize', 'capture', 'confirm'] as const;

/** What a step gives, and what must be found stored of it. */
export interface StepOutput {
  readonly ref: string;
}

/** What a peer is opened with. */
export interface PeerOptions {
  /** An empty database of its own. */
  readonly url: string;
  /** Where it may keep what it doesn't keep in PostgreSQL. Empty, and removed afterwards. */
  readonly folder: string;
  /** Tells settings of one program apart: `direct` or `queue`, say. */
  readonly setting: string;
  /** How long a step takes, milliseconds; none by default. */
  readonly stepMs: (() => number) | undefined;
  /**
   * Whether a saga is over when its completion is committed, as a measurement of latency needs it, or already when
   * its last step has run. Only drivers whose library tells the one cheaply and the other not make a difference.
   */
  readonly exact: boolean;
}

/** What each file in `peers/` exports. */
export type OpenPeer = (options: PeerOptions) => Promise<Driver>;

/** The trivial work of every step, and who waits for the last of a saga. */
export class SagaWork {
  readonly #stepMs: (() => number) | undefined;
  readonly #waiting = new Map<string, () => void>();

  constructor(stepMs: (() => number) | undefined) {
    this.#stepMs = stepMs;
  }

  /** Does the step, which is trivial but for the time that it may be told to take. */
  async step(sagaId: string, name: string): Promise<StepOutput> {
    const stepMs = this.#stepMs?.();
    if (stepMs !== undefined) await new Promise((resolve) => setTimeout(resolve, stepMs));
    return { ref: `${sagaId}:${name}:1` };
  }

  /** Resolves with the call of {@link SagaWork.end} for this saga. */
  ended(sagaId: string): Promise<void> {
    return new Promise((resolve) => this.#waiting.set(sagaId, resolve));
  }

  /** The saga is over. */
  end(sagaId: string): void {
    this.#waiting.get(sagaId)?.();
    this.#waiting.delete(sagaId);
  }
}
