import type { JsonObject, StepCall, StepFunction } from '@countermand/saga-core';
import { later } from '@countermand/saga-core';
import {
  commandMessage,
  type DomainEvent,
  type Envelope,
  eventMessage,
  type Message,
  type MessageLogger,
  plainEnvelope,
  type ReceivingRunner,
  silentLogger,
} from '@countermand/step-messages';
import type { ConsumeOptions } from './consume-options.js';
import { Intake } from './intake.js';
import type { KafkaClient } from './kafka-client.js';
import { Sender } from './sender.js';

/** What {@link kafkaSteps} takes. */
export interface KafkaStepsOptions {
  readonly client: KafkaClient;
  /** How messages are written and read; {@link plainEnvelope} by default. */
  readonly envelope?: Envelope;
  /** Handed to the client's `producer()`. */
  readonly producer?: object;
  readonly logger?: MessageLogger;
}

/** A command that carries a step out. */
export interface CommandOptions<Input> {
  readonly topic: string;
  /** The message's type. */
  readonly type: string;
  /** What the participant is told; the step's input where this is left out. */
  readonly payload?: (input: Input, call: StepCall<Input>) => JsonObject;
}

/** Where a domain event goes, and as what. */
export interface PublishOptions {
  readonly topic: string;
  /** The message's type; the event's own where this is left out. */
  readonly type?: string;
  /** The message's payload; the event's own where this is left out. */
  readonly payload?: (event: DomainEvent) => JsonObject;
}

/** A consumer that goes on until it is stopped. */
export interface Consuming {
  /** Lets what is in hand finish, and leaves the group. */
  stop(): Promise<void>;
}

/** Steps over Kafka. */
export interface KafkaSteps {
  /**
   * An adapter that sends a command, keyed by the saga, and answers `later()` once all replicas in sync have it. The
   * answer comes as a message that {@link KafkaSteps.consume} takes.
   */
  command<Input>(options: CommandOptions<Input>): StepFunction<Input, never>;
  /**
   * A handler for `runner.on`: domain events leave in order per saga, keyed by it, each at least once and with the
   * same id.
   */
  publish(options: PublishOptions): (event: DomainEvent) => Promise<void>;
  /**
   * Takes messages for a runner's sagas. An offset is committed after what it stands for, in the database; messages
   * of one key are taken in order. Resolves when the group has been joined, however long that takes; a broker that
   * goes away later is waited for. What can never be taken goes to the dead letter topic, and holds up nothing.
   */
  consume(runner: ReceivingRunner, options: ConsumeOptions): Promise<Consuming>;
  /** Stops all consumers, then disconnects the producer. Call it before the runner's `stop`. */
  stop(): Promise<void>;
}

/** Connects steps, domain events and answers with Kafka, over a client of the user's. Connects when first used. */
export function kafkaSteps(options: KafkaStepsOptions): KafkaSteps {
  const { client, envelope = plainEnvelope, logger = silentLogger } = options;
  const sender = new Sender(client, options.producer ?? {});
  const intakes = new Set<Intake>();
  const send = async (topic: string, message: Message) => {
    const { body, headers } = envelope.encode(message);
    await sender.send(topic, { key: message.correlationId, value: body, headers });
  };
  return {
    command:
      <Input>({ topic, type, payload }: CommandOptions<Input>) =>
      async (call: StepCall<Input>) => {
        const content = payload ? payload(call.input, call) : (call.input as JsonObject);
        await send(topic, commandMessage(type, content, call));
        return later();
      },
    publish:
      ({ topic, type, payload }) =>
      async (event) => {
        const message = eventMessage(event);
        await send(topic, {
          ...message,
          ...(type !== undefined && { type }),
          ...(payload && { payload: payload(event) }),
        });
      },
    async consume(runner, consumeOptions) {
      const intake = new Intake({ ...consumeOptions, client, envelope, logger, runner, sender });
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
