import { expect, it } from 'vitest';
import type { InboxWrite } from '../ports/inbox-rows.js';
import type { MoveWrites } from '../ports/store.js';
import { freshDatabase, testPool } from '../test-support/migrated-database.js';
import { acceptMessage } from './accept-message.js';
import { saveMoves } from './save-moves.js';
import { schemaNames } from './schema-name.js';
import { pgSession } from './session.js';

const nothing: MoveWrites = {
  ...{ newSagas: [], sagas: [], history: [], received: [], decided: [] },
  ...{ added: [], changed: [], forgotten: [], deliveries: [], notices: [] },
};

it('a message that somebody else has decided since it was read is not decided again', async () => {
  const { url } = await freshDatabase();
  const session = pgSession(testPool(url));
  const names = schemaNames('countermand');
  const nonce = '00000000-0000-4000-8000-000000000001';
  const message = { sagaId: 's-1', messageId: 'm-1', event: { type: 'X' }, actor: 'alice', nonce };
  await acceptMessage(session, names, message, 'inbox');
  const decided: InboxWrite = { ...message, event: null, status: 'applied', reason: null, expiresAt: null };
  await saveMoves(session, names, { ...nothing, decided: [decided] });
  // Its snapshot was older than the lock: it saw the message wait, and the saga as it is now.
  const late = saveMoves(session, names, { ...nothing, decided: [{ ...decided, status: 'ignored' }] });
  await expect(late).rejects.toMatchObject({ code: '40001' });
  const rows = await session.query(`select status from ${names.ours}.inbox`);
  expect(rows).toEqual([{ status: 'applied' }]);
});
