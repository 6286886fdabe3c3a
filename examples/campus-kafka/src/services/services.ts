import { setTimeout as pause } from 'node:timers/promises';
import { type Message, plainEnvelope } from '@countermand/step-messages';
import { listen } from '@countermand-examples/service-kit';
import type { Kafka } from 'kafkajs';
import { answerTo, type Runners } from './answer-to.ts';
import { answersApp } from './answers-app.ts';
import { type Book, openBook } from './book.ts';
import type { Reply } from './reply.ts';

/** How the services behave beside what the customer's name says. */
export interface PlayOptions extends Runners {
  readonly kafka: Kafka;
  readonly groupId: string;
  /** How often each event is sent. */
  readonly copies?: number;
  /** Whether old events of a saga are sent again behind newer ones. */
  readonly disorder?: boolean;
  /** Where the services tell over HTTP how they answered: `GET /answers/IDEMPOTENCY-KEY`. */
  readonly lookups?: readonly { readonly HOST: string; readonly PORT: number }[];
  readonly sessionTimeoutMs?: number;
  readonly onMessage?: (direction: 'in' | 'out', topic: string, message: Message) => void;
}

/** The services, and their own books. */
export interface Services {
  readonly book: Book;
  /** Commands that came, copies included. */
  readonly received: readonly Message[];
  /** Where they tell how they answered. */
  readonly addresses: readonly string[];
  stop(): Promise<void>;
}

/** Plays order service, user service, payment service and scheduler: takes commands, keeps books, sends events. */
export async function playServices(options: PlayOptions): Promise<Services> {
  const { kafka, groupId, copies = 1, disorder = false, sessionTimeoutMs = 10_000, onMessage } = options;
  const book = openBook();
  const received: Message[] = [];
  const sentOf = new Map<string, Reply[]>();
  const over = new AbortController();
  const producer = kafka.producer();
  const consumer = kafka.consumer({
    groupId,
    maxWaitTimeInMs: 50,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: sessionTimeoutMs / 4,
  });
  const servers = await Promise.all((options.lookups ?? []).map((at) => listen(at, answersApp(book).fetch)));
  const send = async ({ topic, type, payload }: Reply, correlationId: string) => {
    const message: Message = { id: '', type, correlationId, at: Date.now(), payload };
    onMessage?.('out', topic, message);
    // No headers: such services know the saga's id, and nothing of its steps.
    const { body } = plainEnvelope.encode(message);
    const messages = Array.from({ length: copies }, () => ({ key: correlationId, value: body }));
    await producer.send({ topic, messages });
  };
  const reply = async (one: Reply, correlationId: string) => {
    const sent = sentOf.get(correlationId) ?? [];
    if (one.afterMs !== undefined) await pause(one.afterMs, undefined, { signal: over.signal });
    await send(one, correlationId);
    if (disorder) for (const old of sent) await send(old, correlationId);
    sentOf.set(correlationId, [...sent, one]);
  };
  await Promise.all([producer.connect(), consumer.connect()]);
  await consumer.subscribe({
    topics: ['order_commands', 'user_commands', 'payment_commands', 'timer_commands'],
    fromBeginning: true,
  });
  await consumer.run({
    eachMessage: async ({ topic, message: { value, headers } }) => {
      const texts = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]);
      const message = plainEnvelope.decode({ body: String(value), headers: Object.fromEntries(texts) });
      received.push(message);
      onMessage?.('in', topic, message);
      for (const one of answerTo(message, book, options)) {
        const sending = reply(one, message.correlationId);
        if (one.afterMs === undefined) await sending;
        else sending.catch(() => undefined);
      }
    },
  });
  return {
    book,
    received,
    addresses: servers.map(({ url }) => url),
    async stop() {
      over.abort();
      await Promise.all([consumer.disconnect(), producer.disconnect(), ...servers.map((one) => one.close())]);
    },
  };
}
