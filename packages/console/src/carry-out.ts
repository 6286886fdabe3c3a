import { ConsoleError } from './console-error.js';
import type { ConsoleParts } from './console-options.js';
import { readAct, readReason, toAct } from './read-act.js';
import { redactError } from './redact.js';
import { definitionOf } from './saga-answers.js';
import type { ActAnswer, ForeseeAnswer } from './wire.js';

type Parts = ConsoleParts;
type Body = Readonly<Record<string, unknown>>;

/** Does what a person asks for, in their name and with their reason. @throws ConsoleError, SagaError */
export async function carryOut(parts: Parts, id: string, body: Body, actor: string): Promise<ActAnswer> {
  const { runner } = parts;
  const reason = readReason(body);
  const act = toAct(await knownSaga(parts, id), readAct(body), reason);
  switch (act.type) {
    case 'retry':
      await runner.retry(id, { actor, reason, ...(act.key !== undefined && { step: act.key }) });
      return { outcome: 'applied' };
    case 'skip':
      await runner.skip(id, { actor, reason, step: act.key });
      return { outcome: 'applied' };
    case 'park':
      await runner.park(id, { actor, reason });
      return { outcome: 'applied' };
    case 'override':
      return await runner.override(id, { to: act.to, force: act.force ?? false, reason, actor });
    default:
      return await runner.send(id, act.event, { actor, note: reason });
  }
}

/** Says what it would do. @throws ConsoleError, SagaError */
export async function foreseeAct(parts: Parts, id: string, body: Body): Promise<ForeseeAnswer> {
  const saga = await knownSaga(parts, id);
  const act = toAct(saga, readAct(body), '(reason)');
  const foresight = await parts.runner.inspect.foresee(id, act);
  const parked = foresight.parked.map((message) => redactError(saga.name, message, parts.redact));
  return { ...foresight, parked };
}

async function knownSaga({ runner }: Parts, id: string) {
  const view = await runner.get(id);
  if (!view) throw new ConsoleError(404, 'SAGA_NOT_FOUND', `There is no saga ${id}.`);
  const saga = definitionOf(runner, view.saga, view.version);
  if (saga) return saga;
  const name = `'${view.saga}' version ${view.version}`;
  throw new ConsoleError(409, 'SAGA_UNKNOWN', `The saga is of ${name}, which this server doesn't know.`);
}
