import { createRunner, type PublishedEvent } from '@countermand/runner-postgres';
import { kafkaSteps } from '@countermand/step-kafka';
import { listen } from '@countermand-examples/service-kit';
import type { Kafka } from 'kafkajs';
import type { Logger } from 'pino';
import { z } from 'zod';
import { createApp } from './http/app.ts';
import { kafkaAdapters } from './kafka/adapters.ts';
import { topics } from './kafka/routes.ts';
import { acceptanceIdOf, acceptanceSaga } from './sagas/acceptance-saga.ts';
import { createOrderSaga } from './sagas/create-order-saga.ts';
import type { Settings } from './settings.ts';

/** How much longer than the scheduler the acceptance waits, should the scheduler never say that time is over. */
const SCHEDULER_GRACE_MS = 60_000;

/** What the orchestrator stands on. */
export interface Ground {
  readonly databaseUrl: string;
  readonly kafka: Kafka;
  readonly log: Logger;
}

/** An orchestrator that runs. */
export interface Campus {
  readonly url: string;
  /** Resolves when events are consumed, which needs Kafka. */
  readonly consuming: Promise<unknown>;
  stop(): Promise<void>;
}

/** Starts the orchestrator: sagas, their commands and events over Kafka, and the HTTP interface. */
export async function startCampus(
  settings: Settings,
  { databaseUrl, kafka: client, log }: Ground,
): Promise<Campus> {
  const kafka = kafkaSteps({ client, logger: log });
  const sagas = [createOrderSaga, acceptanceSaga] as const;
  const runner = createRunner({
    connection: databaseUrl,
    sagas,
    adapters: kafkaAdapters(kafka, settings),
    logger: log,
  });
  try {
    await runner.migrate();
    await runner.on('ORDER_PLACED', { name: 'acceptance' }, async ({ sagaId, payload }: PublishedEvent) => {
      const { orderId, paymentId, acceptanceMs } = placed.parse(payload);
      const waitMs = acceptanceMs + SCHEDULER_GRACE_MS;
      await runner.start(acceptanceSaga, { orderId, paymentId, waitMs }, { id: acceptanceIdOf(sagaId) });
    });
    await runner.work();
    const http = await listen(settings, createApp(runner, settings, log).fetch);
    // Orders are taken while Kafka is away, too: their commands wait.
    const consuming = kafka.consume(runner, {
      groupId: 'campus-orchestrator',
      topics,
      consumer: {
        maxWaitTimeInMs: 100,
        sessionTimeout: settings.KAFKA_SESSION_TIMEOUT,
        heartbeatInterval: settings.KAFKA_SESSION_TIMEOUT / 4,
      },
    });
    consuming.catch(() => undefined);
    return {
      url: http.url,
      consuming,
      async stop() {
        await http.close();
        await kafka.stop();
        await runner.stop();
      },
    };
  } catch (error) {
    await runner.stop();
    throw error;
  }
}

const placed = z.object({ orderId: z.string(), paymentId: z.string(), acceptanceMs: z.int() });
