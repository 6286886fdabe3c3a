import type { z } from 'zod';

/** What a check on a text or a number may want. */
export interface Limits {
  readonly pattern?: RegExp;
  readonly value?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly length?: number;
}

/** The checks of a schema on its texts and numbers. */
export function limitsOf(schema: z.ZodType): Limits[] {
  const { checks = [] } = schema.def as unknown as {
    readonly checks?: readonly { readonly _zod: { readonly def: Limits } }[];
  };
  return checks.map(({ _zod: { def } }) => def);
}
