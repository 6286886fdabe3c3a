import type { JsonObject } from '@countermand/saga-core';

/** An event that a service sends. */
export interface Reply {
  readonly topic: string;
  readonly type: string;
  readonly payload: JsonObject;
  /** It is sent this much later. */
  readonly afterMs?: number;
}
