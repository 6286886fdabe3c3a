import { z } from 'zod';
import { step } from '../../step.js';

const seat = z.object({ seat: z.string() });
const held = z.object({ seat: z.string(), reference: z.string().nullable() });
const ok = z.object({ ok: z.boolean() });
const reference = z.object({ reference: z.string() });

/** Waits of a tenth of a second, without chance, so that a test can count them. */
const retry = { initialDelayMs: 100, factor: 1, maxDelayMs: 100, jitter: 0 } as const;
const limits = { timeoutMs: 1_000, deadlineMs: 60_000 } as const;

export const release = step('release', {
  input: held,
  output: ok,
  retry: { ...retry, attempts: 2 },
  ...limits,
});

export const reserve = step('reserve', {
  input: seat,
  output: reference,
  declines: ['TAKEN'],
  retry: { ...retry, attempts: 3 },
  ...limits,
  opens: {
    kind: 'seat.held',
    instance: (input) => input.seat,
    undo: release,
    undoInput: ({ input, output }) => ({ ...input, reference: output?.reference ?? null }),
  },
});

export const cancelPayment = step('cancelPayment', {
  input: held,
  output: ok,
  retry: { ...retry, attempts: 2 },
  ...limits,
});

export const refund = step('refund', {
  input: held,
  output: ok,
  retry: { ...retry, attempts: 2 },
  ...limits,
  closes: { kind: 'payment.authorized', instance: (input) => input.seat },
});

export const authorize = step('authorize', {
  input: seat,
  output: reference,
  declines: ['NO_MONEY'],
  retry: { ...retry, attempts: 2 },
  ...limits,
  probe: true,
  opens: {
    kind: 'payment.authorized',
    instance: (input) => input.seat,
    undo: cancelPayment,
    undoInput: ({ input, output }) => ({ ...input, reference: output?.reference ?? null }),
    amount: () => ({ amount: 1_000, currency: 'EUR' }),
  },
});

export const capture = step('capture', {
  input: seat,
  output: reference,
  declines: ['EXPIRED'],
  retry: { ...retry, attempts: 2 },
  ...limits,
  closes: { kind: 'payment.authorized', instance: (input) => input.seat },
  opens: {
    kind: 'payment.captured',
    instance: (input) => input.seat,
    undo: refund,
    undoInput: ({ input, output }) => ({ ...input, reference: output?.reference ?? null }),
  },
});

/** Can double when it is repeated: its probe is asked before. */
export const print = step('print', {
  input: seat,
  output: ok,
  retry: { ...retry, attempts: 3 },
  ...limits,
  probe: true,
  idempotent: false,
});

export const issueTicket = step('issueTicket', {
  input: seat,
  output: ok,
  retry: { ...retry, attempts: 2 },
  ...limits,
  pivot: true,
  declines: ['NO_PAPER'],
  opens: { kind: 'ticket.issued', instance: (input) => input.seat },
});

export const notify = step('notify', {
  input: z.object({ text: z.string() }),
  output: z.null(),
  retry: { ...retry, attempts: 2 },
  ...limits,
});
