import { z } from 'zod';

/** An amount in minor units (cents): a whole number, never negative. */
export const moneySchema = z.strictObject({
  amount: z.int().nonnegative(),
  currency: z.literal('EUR'),
});

export type Money = z.infer<typeof moneySchema>;
