import type { PostgresRunner } from '@countermand/runner-postgres';

/** Lets everything that is parked go on, except for one undo that was seen to by hand. */
export async function resumeParked(
  runner: Pick<PostgresRunner, 'list' | 'retry' | 'skip'>,
  doneByHand: { readonly id: string; readonly step: string },
) {
  // #region resume
  const { items } = await runner.list({ status: 'parked' });
  for (const { id, parked } of items)
    console.log(
      id,
      parked.map(({ code, message }) => `${code}: ${message}`),
    );

  // Mended: try again, with the same idempotency keys.
  for (const { id } of items.filter(({ id }) => id !== doneByHand.id)) {
    await runner.retry(id, { actor: 'ops:jane', reason: 'the bank is back' });
  }
  // Seen to by hand: it counts as undone.
  await runner.skip(doneByHand.id, { actor: 'ops:jane', step: doneByHand.step, reason: 'refunded by phone' });
  // #endregion resume
}
