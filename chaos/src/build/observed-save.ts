import { saveAssumed as realSaveAssumed } from '../../../packages/runner-postgres/src/db/save-assumed.js';
import { saveMoves as realSave } from '../../../packages/runner-postgres/src/db/save-moves.js';
import { phasesUnderWay } from './observed-batcher.js';
import { reach } from './strike-point.js';

export { notify } from '../../../packages/runner-postgres/src/db/save-moves.js';

/** All inserts and updates of a batch are one statement: there are points around it, and one while it is under way. */
export async function saveMoves(...parameters: Parameters<typeof realSave>): Promise<void> {
  await observed(() => realSave(...parameters));
}

/** The same for one that is decided from memory. */
export async function saveAssumed(...parameters: Parameters<typeof realSaveAssumed>): Promise<number> {
  return await observed(() => realSaveAssumed(...parameters));
}

async function observed<Result>(save: () => Promise<Result>): Promise<Result> {
  reach('before-rows', phasesUnderWay());
  const saving = save();
  setImmediate(() => reach('rows-sent', phasesUnderWay()));
  const result = await saving;
  reach('after-rows', phasesUnderWay());
  return result;
}
