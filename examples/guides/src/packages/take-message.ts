import { plainEnvelope, type ReceivingRunner, receiveMessage } from '@countermand/step-messages';
import { tableRoutes } from './table-routes.ts';

/** One message from whatever carries it: text and headers. Throws where it must be given again later. */
export async function takeMessage(
  runner: ReceivingRunner,
  wire: Parameters<typeof receiveMessage>[3],
): Promise<string> {
  const receipt = await receiveMessage(runner, tableRoutes, plainEnvelope, wire);
  if (receipt.kind === 'poison') return `put aside: ${receipt.reason}`;
  if (receipt.kind === 'skipped') return `a copy, or for nobody here: ${receipt.reason}`;
  return 'committed';
}
