import { setTimeout } from 'node:timers/promises';
import { type DiagLogFunction, DiagLogLevel, diag } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { Settings } from './settings.ts';

/** Longer than that a stop doesn't wait for a collector that doesn't answer. */
const FLUSH_MS = 3_000;

/** Traces that are sent. */
export interface Tracing {
  /** Sends what is still kept, for at most three seconds. */
  stop(): Promise<void>;
}

/**
 * Sends traces by OTLP over HTTP where one of the standard variables names a collector: `OTEL_EXPORTER_OTLP_ENDPOINT`, or
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`. The other standard ones hold too (`OTEL_SERVICE_NAME`, `OTEL_TRACES_SAMPLER`,
 * `OTEL_BSP_SCHEDULE_DELAY`). Where none is named nothing is even loaded. A collector that is away costs traces, never
 * orders.
 */
export async function startTracing(settings: Settings, log: Logger): Promise<Tracing | undefined> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: all, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: traces } = settings;
  if (all === undefined && traces === undefined) return undefined;
  const [{ OTLPTraceExporter }, { BatchSpanProcessor, NodeTracerProvider }, resources] = await Promise.all([
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/resources'),
  ]);
  const own = {
    'service.name': 'checkout-server',
    'checkout.role': settings.ROLE,
    'process.pid': process.pid,
  };
  const given = resources.detectResources({ detectors: [resources.envDetector] });
  const provider = new NodeTracerProvider({
    resource: resources.resourceFromAttributes(own).merge(given),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  provider.register();
  const tell: DiagLogFunction = (message, ...details) => log.warn({ details }, `traces: ${message}`);
  const quiet = () => undefined;
  const logger = { error: tell, warn: tell, info: quiet, debug: quiet, verbose: quiet };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  return {
    stop: () =>
      Promise.race([provider.shutdown(), setTimeout(FLUSH_MS, undefined, { ref: false })]).catch(
        (err: unknown) => log.warn({ err }, 'the last traces could not be sent'),
      ),
  };
}
