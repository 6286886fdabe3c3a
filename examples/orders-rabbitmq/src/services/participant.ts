import type { JsonObject } from '@countermand/saga-core';
import { keepTrying, type Message, plainEnvelope } from '@countermand/step-messages';
import type pg from 'pg';
import type { Logger } from 'pino';
import { type AsyncMessage, type Connection, ConsumerStatus } from 'rabbitmq-client';
import { ZodError } from 'zod';
import { inTransaction } from '../db/in-transaction.ts';
import { openPool } from '../db/open-pool.ts';
import { STREAMS, type Stream } from '../rabbit/streams.ts';

/** The exchange over which all services talk. */
export const EXCHANGE = 'order.events';

/** A message that a service sends. */
export interface Reply {
  readonly type: string;
  readonly payload: JsonObject;
}

/** What a participant of an order is. */
export interface ParticipantParts {
  readonly name: string;
  readonly connection: Connection;
  readonly databaseUrl: string;
  readonly log: Logger;
  /**
   * Sends every reply twice: the replies of one command in reverse, and each copy behind newer replies, the newest
   * first. To show that it does no harm.
   */
  readonly isDisorderly?: boolean;
  /** Its own stream, where its replies go that have a name there. */
  readonly stream?: Stream;
}

/** What a participant does with a command, in the transaction that also keeps its answer. */
export type Handle = (tx: pg.PoolClient, message: Message) => Promise<readonly Reply[]>;

/** After how many replies a disorderly participant sends its copies of them. */
const HELD = 4;

/** Its tables. */
export const ANSWERED = 'create table if not exists answered (key text primary key, replies jsonb not null)';

/** A participant that listens. */
export interface Participant {
  readonly pool: pg.Pool;
  /** Sends a message of its own accord. */
  tell(correlationId: string, reply: Reply): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A service behind RabbitMQ with its own database. What it does and what it answers is one transaction; the answer is
 * sent after it, and once more when the command comes again. The command is acknowledged when its answer is confirmed.
 */
export async function startParticipant(
  { name, connection, databaseUrl, log, stream, isDisorderly = false }: ParticipantParts,
  bindings: readonly (string | { readonly exchange: string; readonly routingKey: string })[],
  handle: Handle,
): Promise<Participant> {
  const pool = openPool(databaseUrl, log, 4);
  const stopping = new AbortController();
  const exchanges = [EXCHANGE, ...Object.values(STREAMS)].map((exchange) => ({
    ...{ exchange, type: 'topic', durable: true },
  }));
  const publisher = connection.createPublisher({ confirm: true, maxAttempts: 3, exchanges });
  const held: (() => Promise<void>)[] = [];
  const send = async (correlationId: string, reply: Reply, idempotencyKey?: string) => {
    const { payload } = reply;
    const inStream = stream?.names[reply.type];
    const type = inStream ?? reply.type;
    const exchange = inStream === undefined ? EXCHANGE : (stream?.exchange ?? EXCHANGE);
    const id = crypto.randomUUID();
    const key = idempotencyKey === undefined ? {} : { idempotencyKey };
    const { body, headers } = plainEnvelope.encode({
      id,
      type,
      correlationId,
      at: Date.now(),
      payload,
      ...key,
    });
    const properties = { messageId: id, type, correlationId, headers, contentType: 'application/json' };
    const sendIt = () =>
      publisher.send({ exchange, routingKey: type, durable: true, ...properties }, Buffer.from(body));
    await sendIt();
    if (!isDisorderly) return;
    held.push(sendIt);
    if (held.length < HELD) return;
    for (const sendAgain of held.splice(0).toReversed()) await sendAgain();
  };
  const consumer = connection.createConsumer(
    {
      queue: name,
      queueOptions: { durable: true },
      exchanges,
      queueBindings: bindings.map((binding) => ({
        ...(typeof binding === 'string' ? { exchange: EXCHANGE, routingKey: binding } : binding),
        queue: name,
      })),
      qos: { prefetchCount: 10 },
      requeue: true,
    },
    async (delivery) => {
      try {
        const message = read(delivery);
        const key = message.idempotencyKey ?? message.id;
        // Not handed back to the queue, which would bring it again at once for as long as the database is away.
        const replies = await keepTrying(() => answerOnce(pool, key, (tx) => handle(tx, message)), {
          signal: stopping.signal,
          onFailure(err, delayMs) {
            if (err instanceof ZodError) throw new Unreadable(err);
            log.warn({ err, service: name, delayMs }, 'a command cannot be answered yet');
          },
        });
        log.info({ service: name, type: message.type, replies: replies.map(({ type }) => type) }, 'command');
        for (const reply of isDisorderly ? replies.toReversed() : replies)
          await send(message.correlationId, reply, key);
        return ConsumerStatus.ACK;
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        log.error({ err: error.cause, service: name }, 'a message that cannot be read was dropped');
        return ConsumerStatus.DROP;
      }
    },
  );
  consumer.on('error', (err) => log.warn({ err, service: name }, 'the consumer was interrupted'));
  await new Promise<void>((resolve) => consumer.once('ready', () => resolve()));
  return {
    pool,
    tell: send,
    async stop() {
      stopping.abort();
      await consumer.close();
      await publisher.close();
      await pool.end();
    },
  };
}

/** It won't be read better the next time. */
class Unreadable extends Error {
  constructor(cause: unknown) {
    super('a message cannot be read', { cause });
  }
}

function read({ body, headers = {} }: AsyncMessage): Message {
  const texts = Object.entries(headers).map(([header, value]) => [header, String(value)]);
  try {
    return plainEnvelope.decode({ body: JSON.stringify(body), headers: Object.fromEntries(texts) });
  } catch (error) {
    throw new Unreadable(error);
  }
}

async function answerOnce(
  pool: pg.Pool,
  key: string,
  work: (tx: pg.PoolClient) => Promise<readonly Reply[]>,
): Promise<readonly Reply[]> {
  return await inTransaction(pool, key, async (tx) => {
    const { rows } = await tx.query<{ replies: Reply[] }>('select replies from answered where key = $1', [
      key,
    ]);
    const known = rows[0]?.replies;
    if (known) return known;
    const replies = await work(tx);
    await tx.query('insert into answered values ($1, $2)', [key, JSON.stringify(replies)]);
    return replies;
  });
}
