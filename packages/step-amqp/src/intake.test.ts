import { plainEnvelope, silentLogger } from '@countermand/step-messages';
import type { Connection } from 'rabbitmq-client';
import { expect, it } from 'vitest';
import { Intake, type IntakeOptions } from './intake.js';

it('a consumer that is stopped while the broker is asked for its queue is not made afterwards', async () => {
  const { promise: declared, resolve: declare } = Promise.withResolvers<void>();
  let made = 0;
  const connection = {
    queueDeclare: () => declared,
    createConsumer: () => {
      made += 1;
    },
  } as unknown as Connection;
  const never = () => Promise.reject(new Error('nothing comes'));
  const options: IntakeOptions = {
    ...{ connection, exchange: 'parcels', queue: 'answers', bindings: ['#'], routes: {} },
    ...{ envelope: plainEnvelope, logger: silentLogger },
    runner: { get: never, answer: never, send: never, start: never },
    sender: { sendToQueue: never },
  };
  const intake = new Intake(options);
  const started = intake.start();
  await intake.stop();
  declare();
  await expect(started).rejects.toThrow('the consumer stops');
  expect(made).toBe(0);
});
