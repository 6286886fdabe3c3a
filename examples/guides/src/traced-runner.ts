import { createRunner } from '@countermand/runner-postgres';
import { openTelemetry } from '@countermand/runner-postgres/opentelemetry';
import { seatAdapters } from './seat-adapters.ts';
import { seat1, seat2 } from './seat-versions.ts';

export const tracedRunner = (connection: string) =>
  createRunner({
    connection,
    sagas: [seat1, seat2],
    adapters: { seat: seatAdapters },
    telemetry: openTelemetry(),
  });
