import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { timerKey } from './carry-actions.js';
import type { UpgradeCause } from './cause.js';
import type { Decision, HistoryEntry } from './decision.js';
import { stabilize } from './deliver.js';
import { finish, openDraft, record, revert } from './draft.js';
import type { Effect } from './effect.js';
import type { ArmedTimer, Envelope, StoredSnapshot } from './envelope.js';
import { type Misfit, misfitsOf } from './fit-envelope.js';
import { assertContext, type Json } from './json.js';
import { leavesOfValue, type Moving, migrateOnce, openMoving } from './migrate-envelope.js';
import { park, unpark } from './park.js';
import { resume } from './resume.js';
import type { UpgradeResult } from './runner-contract.js';
import type { AnySaga } from './saga-definition.js';
import { messageOf } from './saga-error.js';
import { rowKey } from './saga-id.js';
import { restore, stateValueOf } from './xstate-seam.js';

/**
 * What a version means for a saga. `same`: it is of that version; `can-move`: it can go on in that version now;
 * `needs-mapping`: a migration has to say something more, or is wrong; `unsafe`: not while it is where it is.
 */
export type UpgradeVerdict = 'same' | 'can-move' | 'needs-mapping' | 'unsafe';

/** What {@link examineUpgrade} finds. */
export interface UpgradeExamination {
  readonly verdict: UpgradeVerdict;
  /** Why; one line each. Empty for `same` and `can-move`. */
  readonly reasons: readonly string[];
}

/** What is known of the version that a saga is of. */
export interface VersionBefore {
  /** The structure of its definition; makes the examination more exact. */
  readonly structure?: readonly string[] | undefined;
}

/** The key of the reason for which a saga is parked when it couldn't be upgraded. */
const UPGRADE_KEY = 'upgrade';

/** Says whether a saga can go on in this version, and if not, why. Changes nothing. Pure. */
export function examineUpgrade(
  saga: AnySaga,
  envelope: Envelope,
  before: VersionBefore = {},
): UpgradeExamination {
  if (envelope.version === saga.version && envelope.saga === saga.name) {
    if (envelope.fingerprint === saga.fingerprint) return { verdict: 'same', reasons: [] };
    return {
      verdict: 'unsafe',
      reasons: ['another structure has the same version; give this one a version of its own'],
    };
  }
  const { misfits } = prepare(saga, envelope, 0, before);
  const verdict = misfits.some(({ kind }) => kind === 'unsafe')
    ? 'unsafe'
    : misfits.length > 0
      ? 'needs-mapping'
      : 'can-move';
  return { verdict, reasons: misfits.map(({ message }) => message) };
}

/**
 * Moves a saga to this version by the definition's migrations. Pure.
 *
 * `applied`: it goes on in this version. `ignored`: it is of it. `refused`: it isn't changed, for the reason given,
 * and goes on in its own version. `deferred`: a migration threw, or what it made isn't valid; the saga is parked
 * in its own version, with the error.
 *
 * @param at - database time, milliseconds since the epoch
 */
export function upgradeSaga(
  saga: AnySaga,
  envelope: Envelope,
  cause: UpgradeCause,
  at: number,
  before: VersionBefore = {},
): Decision {
  const unchanged = { envelope, effects: [], history: [] };
  if (envelope.version === saga.version && envelope.fingerprint === saga.fingerprint)
    return { ...unchanged, outcome: 'ignored', reason: 'SAME_VERSION' };
  const { misfits, moved } = prepare(saga, envelope, at, before);
  const wrong = misfits.find(({ kind }) => kind === 'invalid');
  if (wrong) return parked(envelope, cause, at, wrong.message);
  if (misfits.length > 0 || !moved) {
    const reasons = misfits.map(({ message }) => message).join('; ');
    return { ...unchanged, outcome: 'refused', reason: `UPGRADE_REFUSED: ${reasons}` };
  }
  const draft = openDraft(saga, moved.envelope, at);
  unpark(draft, ({ key }) => key === UPGRADE_KEY);
  draft.effects = moved.effects;
  const reason = `version ${envelope.version} to ${saga.version}`;
  const { value: from } = envelope.snapshot;
  record(draft, { event: 'upgrade', outcome: 'applied', reason, from, actor: cause.actor, cause });
  const copy = { ...draft };
  try {
    // What came while it was parked for a migration; and the new machine may take what the old one had put off.
    resume(draft);
    stabilize(draft);
  } catch (thrown) {
    revert(draft, copy);
    park(draft, { code: 'DECIDE_FAILED', message: messageOf(thrown) });
  }
  return finish(draft, 'applied');
}

/** What a decision of {@link upgradeSaga} came to, as runners tell it. */
export function upgradeResultOf({ outcome, reason = '' }: Decision): UpgradeResult {
  const text = reason.replace(/^[A-Z_]+: /, '');
  if (outcome === 'applied') return { outcome: 'upgraded' };
  if (outcome === 'ignored') return { outcome: 'same' };
  return { outcome: outcome === 'deferred' ? 'parked' : 'refused', reason: text };
}

interface Prepared {
  readonly misfits: readonly Misfit[];
  readonly moved?: { readonly envelope: Envelope; readonly effects: readonly Effect[] };
}

function prepare(saga: AnySaga, envelope: Envelope, at: number, before: VersionBefore): Prepared {
  const refused = (message: string, kind: Misfit['kind'] = 'unsafe'): Prepared => ({
    misfits: [{ kind, message }],
  });
  if (envelope.saga !== saga.name) return refused(`it is a saga '${envelope.saga}'`);
  if (envelope.version >= saga.version)
    return refused(`it is of version ${envelope.version}, which is newer`);
  const versions = Array.from(
    { length: saga.version - envelope.version },
    (_, index) => envelope.version + index,
  );
  const silent = versions.filter((version) => !saga.migrate?.[version]);
  let moving = openMoving(envelope);
  try {
    for (const version of versions) moving = migrateOnce(moving, saga.migrate?.[version] ?? {}, saga.machine);
    assertContext(moving.context);
  } catch (thrown) {
    return refused(`its migration failed: ${messageOf(thrown)}`, 'invalid');
  }
  const missing = silent.map(
    (version): Misfit => ({
      kind: 'mapping',
      message: `'migrate' says nothing of version ${version}; { ${version}: {} } says that nothing has to be mapped`,
    }),
  );
  const unknown = moving.leaves.filter((leaf) => !nodeAt(saga.machine, leaf));
  if (unknown.length > 0) {
    const misfits = unknown.map(
      (leaf): Misfit => ({
        kind: 'mapping',
        message: `state '${leaf}' is none of this version; say in 'states' where it went`,
      }),
    );
    return { misfits: [...missing, ...misfits] };
  }
  const fitted = holdAgainst(saga, envelope, moving, at, before);
  return missing.length > 0 ? { misfits: [...missing, ...fitted.misfits] } : fitted;
}

function holdAgainst(
  saga: AnySaga,
  envelope: Envelope,
  moving: Moving,
  at: number,
  { structure }: VersionBefore,
): Prepared {
  try {
    const value = stateValueOf(saga.machine, moving.leaves, moving.context);
    const next = envelopeOf(saga, envelope, moving, value, at);
    const { nodes } = restore(saga.machine, next.envelope.snapshot);
    const misfits = misfitsOf({
      saga,
      envelope: next.envelope,
      nodes,
      leaves: leavesOfValue(envelope.snapshot.value).map((leaf, index) => ({
        before: leaf,
        after: moving.leaves[index] ?? leaf,
      })),
      structureBefore: structure,
      wantedIds: moving.wantedIds,
    });
    return { misfits, moved: next };
  } catch (thrown) {
    return {
      misfits: [{ kind: 'invalid', message: `what its migration made isn't valid: ${messageOf(thrown)}` }],
    };
  }
}

function envelopeOf(saga: AnySaga, before: Envelope, moving: Moving, value: Json, at: number) {
  const { leaves: _leaves, context, historyValue, wantedIds: _wanted, armed, ...books } = moving;
  const { timers, visits, effects } = carryTimers(saga.machine, before, moving, at);
  const children: Record<string, string> = {};
  for (const run of books.runs) if (run.role === 'invoke' && !run.left) children[run.id] = run.step;
  for (const { id } of books.compensation?.invokes ?? []) children[id] = 'compensate';
  const { historyValue: _before, ...kept } = before.snapshot;
  const snapshot: StoredSnapshot = {
    ...kept,
    value,
    context,
    ...(historyValue !== undefined && { historyValue }),
    children,
  };
  const renames = books.runs.flatMap((run): Effect[] => {
    const old = before.runs.find(({ id, visit }) => id === run.id && visit === run.visit);
    if (old?.step === run.step) return [];
    return [{ type: 'renameStep', key: rowKey(run.id, run.visit), step: run.step }];
  });
  const { version, fingerprint } = saga;
  const envelope: Envelope = { ...books, version, fingerprint, snapshot, timers, visits };
  return { envelope, effects: [...renames, ...effects] };
}

/** Timers go on under their new ids, due when they were; those that are new are armed from now on. */
function carryTimers(machine: AnyStateMachine, before: Envelope, moving: Moving, at: number) {
  const effects: Effect[] = [];
  const keys = new Set(moving.timers.map(({ id, visit }) => timerKey(id, visit)));
  for (const { id, visit } of before.timers) {
    const key = timerKey(id, visit);
    if (!keys.has(key)) effects.push({ type: 'cancelTimer', key });
  }
  const was = new Set(before.timers.map(({ id, visit }) => timerKey(id, visit)));
  const timers: ArmedTimer[] = [...moving.timers];
  const visits: Record<string, number> = { ...moving.visits };
  for (const { path, delay, ms } of moving.armed) {
    const node = nodeAt(machine, path);
    const isActive = moving.leaves.some((leaf) => leaf === path || leaf.startsWith(`${path}.`));
    const id = `xstate.after.${delay}.${node?.id ?? ''}`;
    if (!isActive || timers.some((timer) => timer.id === id)) continue;
    const visit = (visits[`timer:${id}`] ?? 0) + 1;
    visits[`timer:${id}`] = visit;
    timers.push({ id, visit, event: { type: id }, dueAt: at + ms });
  }
  for (const { id, visit, dueAt } of timers) {
    const key = timerKey(id, visit);
    if (!was.has(key)) effects.push({ type: 'armTimer', key, id, visit, dueAt });
  }
  return { timers, visits, effects };
}

function nodeAt(machine: AnyStateMachine, path: string): AnyStateNode | undefined {
  let node: AnyStateNode | undefined = machine.root;
  for (const key of path === '' ? [] : path.split('.'))
    node = node && Object.hasOwn(node.states, key) ? node.states[key] : undefined;
  return node;
}

/** It stays what it is, in a version that may be unknown here, but for the books that say why it stands still. */
function parked(envelope: Envelope, cause: UpgradeCause, at: number, message: string): Decision {
  const reason = `PARKED: ${message}`;
  const { value: from } = envelope.snapshot;
  const seq = envelope.seq + 1;
  const { actor } = cause;
  const entry: HistoryEntry = {
    seq,
    at,
    event: 'upgrade',
    outcome: 'deferred',
    reason,
    from,
    to: from,
    actor,
    cause,
  };
  const books = { parked: envelope.parked, deferred: envelope.deferred, at };
  park(books, { code: 'UPGRADE_FAILED', message, key: UPGRADE_KEY });
  return {
    envelope: { ...envelope, seq, parked: books.parked, deferred: books.deferred },
    effects: [],
    history: [entry],
    outcome: 'deferred',
    reason,
  };
}
