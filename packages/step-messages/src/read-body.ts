import { assertJson, isSagaId, type JsonObject } from '@countermand/saga-core';
import type { Message } from './message.js';

/** The headers that stand beside any envelope. */
export function headersOf(
  meta: Pick<Message, 'id' | 'idempotencyKey' | 'traceparent'>,
): Record<string, string> {
  return {
    'message-id': meta.id,
    ...(meta.idempotencyKey !== undefined && { 'idempotency-key': meta.idempotencyKey }),
    ...(meta.traceparent !== undefined && { traceparent: meta.traceparent }),
  };
}

/** @throws Error when the body is no JSON object that could be stored */
export function readBody(body: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new Error('the body is not JSON');
  }
  assertJson(value, 'body');
  if (!isObject(value)) throw new Error('the body is not a JSON object');
  return value;
}

/** @throws Error */
export function readText(fields: JsonObject, name: string): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new Error(`${name} must be a text`);
}

/** @throws Error */
export function readCorrelationId(fields: JsonObject, name: string): string {
  const id = readText(fields, name);
  if (isSagaId(id)) return id;
  throw new Error(`${name} must be a saga's id`);
}

/** Milliseconds since the epoch. @throws Error */
export function readTime(fields: JsonObject, name: string): number {
  const at = Date.parse(readText(fields, name));
  if (Number.isNaN(at)) throw new Error(`${name} must be a time in ISO 8601`);
  return at;
}

/** A payload that is left out is empty. @throws Error */
export function readPayload(fields: JsonObject, name: string): JsonObject {
  const value = fields[name] ?? {};
  if (isObject(value)) return value;
  throw new Error(`${name} must be a JSON object`);
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
