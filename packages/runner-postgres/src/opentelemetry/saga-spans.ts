import { messageOf } from '@countermand/saga-core';
import {
  type Attributes,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { LeasedRow } from '../ports/outbox-rows.js';
import type { TracedCause } from '../ports/telemetry.js';
import { spanContextOf } from './trace-context.js';

/** A first attempt that begins later than this belongs to no trace that is still being looked at. */
const STALE_MS = 5 * 60_000;

/** The span of a cause that is about to be decided. */
export function startTransition(tracer: Tracer, about: TracedCause): Span {
  const { saga, sagaId, cause, traceparent, continues } = about;
  const attributes = {
    'countermand.saga.name': saga.name,
    'countermand.saga.version': saga.version,
    'countermand.saga.id': sagaId,
    'countermand.cause': cause,
  };
  return startBelow(tracer, `${saga.name} ${cause}`, { traceparent, continues, attributes });
}

/** The span of an attempt of a step, or of a delivery: a late one, and every further one, is a trace of its own. */
export function startAttempt(tracer: Tracer, row: LeasedRow): Span {
  const { sagaId, saga, version, key, step, role, attempt, traceparent, id } = row;
  const isDelivery = row.kind === 'publish';
  return startBelow(tracer, `${isDelivery ? 'deliver' : verbOf(role)} ${step}`, {
    traceparent,
    continues: attempt <= 1 && row.lastError === null && row.leasedAt - row.createdAt < STALE_MS,
    kind: isDelivery ? SpanKind.CONSUMER : SpanKind.INTERNAL,
    attributes: {
      'countermand.saga.name': saga,
      'countermand.saga.version': version,
      'countermand.saga.id': sagaId,
      'countermand.attempt': attempt,
      ...(isDelivery
        ? { 'countermand.event': step ?? '', 'countermand.subscription': id }
        : {
            'countermand.step.name': step ?? '',
            'countermand.step.key': key,
            'countermand.step.role': role ?? '',
          }),
    },
  });
}

function startBelow(
  tracer: Tracer,
  name: string,
  about: {
    readonly traceparent: string | null;
    readonly continues: boolean;
    readonly kind?: SpanKind;
    readonly attributes: Attributes;
  },
): Span {
  const { traceparent, continues, kind = SpanKind.INTERNAL, attributes } = about;
  const cause = spanContextOf(traceparent);
  if (cause && continues) {
    return tracer.startSpan(name, { kind, attributes }, trace.setSpanContext(ROOT_CONTEXT, cause));
  }
  const links = cause ? [{ context: cause }] : [];
  return tracer.startSpan(name, { kind, attributes, root: true, links }, ROOT_CONTEXT);
}

function verbOf(role: LeasedRow['role']): string {
  return role === 'undo' || role === 'probe' ? role : 'step';
}

/** Marks what went wrong. */
export function fail(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
}
