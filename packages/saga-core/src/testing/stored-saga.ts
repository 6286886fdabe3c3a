import type { HistoryEntry } from '../decision.js';
import type { Log, RunStep } from '../effect.js';
import type { Envelope } from '../envelope.js';
import type { JsonObject } from '../json.js';
import type { SagaView, SendResult, StepView } from '../runner-contract.js';
import type { AnySaga } from '../saga-definition.js';
import { viewSaga } from '../view.js';
import type { Cancel } from './agenda.js';

/** The row of a step, an undo or a probe. */
export interface StepRow extends Omit<RunStep, 'type'> {
  readonly sagaId: string;
  status: StepView['status'];
  attempts: number;
  /** It has been attempted before, perhaps not since a person had it carried out again, from which attempts count anew. */
  begun: boolean;
  left: boolean;
  error: string | undefined;
  deadlineAt: number;
  /** W3C trace context of what caused it. */
  readonly traceparent: string | undefined;
  /** The attempt in flight: what any other says is too late. */
  lease: object | undefined;
  /** Takes back what is planned for it: its next attempt, or the end of its wait. */
  cancelPlan: Cancel;
}

/** An event that a saga published. */
export interface PublishedEvent {
  readonly sagaId: string;
  readonly sequence: number;
  readonly event: JsonObject & { readonly type: string };
  /** W3C trace context of what caused it, where there is one. */
  readonly traceparent?: string;
}

/** Everything that is stored of one saga. */
export interface StoredSaga {
  definition: AnySaga;
  /** Of the start, for telling an equal one. */
  readonly inputText: string;
  readonly createdAt: number;
  updatedAt: number;
  envelope: Envelope;
  history: readonly HistoryEntry[];
  readonly rows: Map<string, StepRow>;
  readonly timers: Map<string, Cancel>;
  readonly inbox: Map<string, SendResult>;
  readonly published: PublishedEvent[];
  readonly logs: Pick<Log, 'label' | 'value'>[];
}

/** A copy as a database would give it back: through JSON. */
export function throughJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** One text for equal JSON, whatever the order of the keys. */
export function canonicalText(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** The saga as people see it. */
export function viewStored(stored: StoredSaga): SagaView {
  const steps = [...stored.rows.values()].map(viewRow);
  const { createdAt, updatedAt } = stored;
  return viewSaga(stored.definition, stored.envelope, { steps, createdAt, updatedAt });
}

function viewRow(row: StepRow): StepView {
  const { key, id, step, visit, role, status, attempts, left, error } = row;
  return { key, id, name: step, visit, role, status, attempts, left, ...(error !== undefined && { error }) };
}
