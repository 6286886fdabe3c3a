import type { JsonObject } from '@countermand/saga-core';

/** A message of a saga, whatever broker carries it and however it is written there. */
export interface Message {
  /** The same for every copy of this message. */
  readonly id: string;
  readonly type: string;
  /** The saga that it comes from, or is for. */
  readonly correlationId: string;
  /** When it was sent: milliseconds since the epoch, by the sender's clock. */
  readonly at: number;
  readonly payload: JsonObject;
  /** The key of the step that it commands or answers; a participant that sends it back makes its answer exact. */
  readonly idempotencyKey?: string;
  /** W3C trace context. */
  readonly traceparent?: string;
}

/** A message as a broker carries it. */
export interface WireMessage {
  readonly body: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** How messages are written and read. */
export interface Envelope {
  /** The media type of what `encode` writes. */
  readonly contentType: string;
  encode(message: Message): WireMessage;
  /** @throws Error, in one line, for what is no message of this envelope */
  decode(wire: WireMessage): Message;
}
