import type { JsonObject, StepCall, StepFunction } from '@countermand/saga-core';
import { later } from '@countermand/saga-core';
import {
  commandMessage,
  type DomainEvent,
  type Envelope,
  eventMessage,
  type MessageLogger,
  plainEnvelope,
  type ReceivingRunner,
  silentLogger,
} from '@countermand/step-messages';
import type { Connection } from 'rabbitmq-client';
import type { ConsumeOptions } from './consume-options.js';
import { Intake } from './intake.js';
import { Sender } from './sender.js';

/** What {@link amqpSteps} takes. */
export interface AmqpStepsOptions {
  /** The user's own; who made it closes it, after {@link AmqpSteps.stop}. It reconnects by itself. */
  readonly connection: Connection;
  /** A durable topic exchange, declared when it isn't there. */
  readonly exchange: string;
  /** How messages are written and read; {@link plainEnvelope} by default. */
  readonly envelope?: Envelope;
  readonly logger?: MessageLogger;
}

/** A command that carries a step out. */
export interface CommandOptions<Input> {
  readonly routingKey: string;
  /** The message's type; the routing key where this is left out. */
  readonly type?: string;
  /** What the participant is told; the step's input where this is left out. */
  readonly payload?: (input: Input, call: StepCall<Input>) => JsonObject;
}

/** Where a domain event goes, and as what. */
export interface PublishOptions {
  /** The event's own type where this is left out. */
  readonly routingKey?: string;
  /** The message's type; the event's own where this is left out. */
  readonly type?: string;
  /** The message's payload; the event's own where this is left out. */
  readonly payload?: (event: DomainEvent) => JsonObject;
  /** An event that goes to no queue is tried again until there is one. Default `false`: nobody need be interested. */
  readonly mandatory?: boolean;
}

/** A consumer that goes on until it is stopped. */
export interface Consuming {
  /** Lets what is in hand finish; what isn't begun goes back to the queue. */
  stop(): Promise<void>;
}

/** Steps over RabbitMQ. */
export interface AmqpSteps {
  /**
   * An adapter that sends a persistent command and answers `later()` once the broker has confirmed it. A command
   * that would go to no queue throws, and is tried again. The answer comes as a message that
   * {@link AmqpSteps.consume} takes.
   */
  command<Input>(options: CommandOptions<Input>): StepFunction<Input, never>;
  /** A handler for `runner.on`: domain events leave in order per saga, each at least once and with the same id. */
  publish(options?: PublishOptions): (event: DomainEvent) => Promise<void>;
  /**
   * Takes messages for a runner's sagas. A message is acknowledged after what it stands for is in the database;
   * those of one saga are taken in order. Resolves when the queue is consumed, however long that takes; a broker
   * that goes away later is waited for. What can never be taken goes to the queue of dead letters.
   */
  consume(runner: ReceivingRunner, options: ConsumeOptions): Promise<Consuming>;
  /** Stops all consumers and publishers. Call it before the runner's `stop` and the connection's `close`. */
  stop(): Promise<void>;
}

/** Connects steps, domain events and answers with RabbitMQ, over a connection of the user's. */
export function amqpSteps(options: AmqpStepsOptions): AmqpSteps {
  const { connection, exchange, envelope = plainEnvelope, logger = silentLogger } = options;
  const sender = new Sender(connection, exchange, envelope);
  const intakes = new Set<Intake>();
  return {
    command:
      <Input>({ routingKey, type = routingKey, payload }: CommandOptions<Input>) =>
      async (call: StepCall<Input>) => {
        const content = payload ? payload(call.input, call) : (call.input as JsonObject);
        await sender.send(routingKey, commandMessage(type, content, call), true);
        return later();
      },
    publish:
      ({ routingKey, type, payload, mandatory = false } = {}) =>
      async (event) => {
        const message = {
          ...eventMessage(event),
          ...(type !== undefined && { type }),
          ...(payload && { payload: payload(event) }),
        };
        await sender.send(routingKey ?? event.type, message, mandatory);
      },
    async consume(runner, consumeOptions) {
      const intake = new Intake({
        ...consumeOptions,
        connection,
        exchange,
        envelope,
        logger,
        runner,
        sender,
      });
      intakes.add(intake);
      await intake.start();
      return intake;
    },
    async stop() {
      await Promise.all([...intakes].map((intake) => intake.stop()));
      await sender.stop();
    },
  };
}
