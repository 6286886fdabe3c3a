import type { SchemaNames } from '../schema-name.js';

/** The W3C trace context of what caused a row, so that steps and published events carry it on. */
export function traces({ ours }: SchemaNames): readonly string[] {
  return [
    `alter table ${ours}.outbox add column traceparent text`,
    `alter table ${ours}.inbox add column traceparent text`,
  ];
}
