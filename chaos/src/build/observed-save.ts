import { saveMoves as realSave } from '../../../packages/runner-postgres/src/db/save-moves.js';
import { phasesUnderWay } from './observed-batcher.js';
import { reach } from './strike-point.js';

export { notify } from '../../../packages/runner-postgres/src/db/save-moves.js';

/** All inserts and updates of a batch are one statement: there are points around it, and one while it is under way. */
export async function saveMoves(...[session, names, writes]: Parameters<typeof realSave>): Promise<void> {
  reach('before-rows', phasesUnderWay());
  const saving = realSave(session, names, writes);
  setImmediate(() => reach('rows-sent', phasesUnderWay()));
  await saving;
  reach('after-rows', phasesUnderWay());
}
