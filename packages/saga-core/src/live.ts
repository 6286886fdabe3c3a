import type { AnyMachineSnapshot, AnyStateNode } from 'xstate';
import type { Json, JsonObject } from './json.js';

/** A machine's snapshot as everything but the seam to XState works with it. */
export interface Live {
  readonly value: Json;
  readonly context: JsonObject;
  readonly status: 'active' | 'done';
  /** Active state nodes, ancestors included. */
  readonly nodes: readonly AnyStateNode[];
  readonly raw: AnyMachineSnapshot;
}
