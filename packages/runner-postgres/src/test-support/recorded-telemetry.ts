import { context } from '@opentelemetry/api';
import {
  AggregationTemporality,
  type DataPoint,
  MeterProvider,
  MetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { openTelemetry } from '../opentelemetry/open-telemetry.js';

class Reader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE });
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }

  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

/** Telemetry with the real SDK, and what it has recorded. Its context manager is the process's from then on. */
export function recordedTelemetry() {
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  // Within a process there is one context manager, whatever the provider.
  context.disable();
  tracerProvider.register();
  const reader = new Reader();
  const meterProvider = new MeterProvider({ readers: [reader] });
  return {
    tracer: tracerProvider.getTracer('test'),
    telemetry: openTelemetry({ tracerProvider, meterProvider }),
    /** In order of their ends. */
    spans: (): readonly ReadableSpan[] => exporter.getFinishedSpans(),
    /** The points of one metric, by its name. */
    async points(name: string): Promise<readonly DataPoint<unknown>[]> {
      const { resourceMetrics, errors } = await reader.collect();
      if (errors.length > 0) throw errors[0];
      const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
      return all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
    },
  };
}

/** What it goes on with: the name of its parent, or of what it is linked to. */
export function originsOf(spans: readonly ReadableSpan[]): Readonly<Record<string, string>> {
  const names = new Map(spans.map((span) => [span.spanContext().spanId, nameOf(span)]));
  return Object.fromEntries(
    spans.map((span) => {
      const parent = span.parentSpanContext && `in ${names.get(span.parentSpanContext.spanId)}`;
      const links = span.links.map((link) => `linked to ${names.get(link.context.spanId)}`);
      return [nameOf(span), [parent, ...links].filter(Boolean).join(', ') || 'root'];
    }),
  );
}

function nameOf({ name, attributes }: ReadableSpan): string {
  const attempt = attributes['countermand.attempt'];
  return attempt === undefined ? name : `${name} ${attempt}`;
}
