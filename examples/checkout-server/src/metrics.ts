import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openTelemetry } from '@countermand/runner-postgres/opentelemetry';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

/** The process's metrics. */
export interface Metrics {
  /** For the runner: what sagas and steps do, and what waits in the database. */
  readonly telemetry: ReturnType<typeof openTelemetry>;
  /** Notes an answered request; `route` is the route's pattern, never its path. */
  observeRequest(request: { method: string; route: string; status: number; durationMs: number }): void;
  /** All of them as Prometheus text. What is counted in the database is counted now, and missing while that is away. */
  read(): Promise<{ contentType: string; text: string }>;
}

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Sets the metrics up: OpenTelemetry's SDK, with Prometheus as who reads. */
export function createMetrics(): Metrics {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  const provider = new MeterProvider({ readers: [exporter] });
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  const meter = provider.getMeter('checkout-server');
  const http = meter.createHistogram('http.server.request.duration', {
    description: 'Time to answer a request',
    unit: 's',
    advice: { explicitBucketBoundaries: SECONDS },
  });
  observeProcess(provider);
  return {
    telemetry: openTelemetry({ meterProvider: provider }),
    observeRequest: ({ method, route, status, durationMs }) =>
      http.record(durationMs / 1_000, { method, route, status }),
    async read() {
      const { resourceMetrics } = await exporter.collect();
      return { contentType: 'text/plain; version=0.0.4', text: serializer.serialize(resourceMetrics) };
    },
  };
}

function observeProcess(provider: MeterProvider): void {
  const meter = provider.getMeter('process');
  const delay = monitorEventLoopDelay();
  delay.enable();
  meter
    .createObservableGauge('process.memory.usage', { unit: 'By', description: 'Resident memory' })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  meter
    .createObservableCounter('process.cpu.time', { unit: 's', description: 'Processor time' })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe((user + system) / 1_000_000);
    });
  meter
    .createObservableGauge('nodejs.eventloop.delay.p99', {
      unit: 's',
      description:
        'How late the event loop was since it was asked for the last time, in 99 of 100 cases at most',
    })
    .addCallback((result) => {
      result.observe(delay.percentile(99) / 1e9);
      delay.reset();
    });
}
