import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { COMPENSATE, compensate } from './compensate.js';
import { assertJson } from './json.js';
import { faultOfKeeps } from './kept-obligations.js';
import { MAX_TIME_MS } from './longest-time.js';
import { actionsOf, allNodes } from './machine-nodes.js';
import { faultOfKind } from './obligation-kind.js';
import type { AnySaga } from './saga-definition.js';
import { SagaError } from './saga-error.js';
import { REST_TAG } from './state-value.js';
import { stepOfAction } from './step.js';

/** A definition before its structure has been described. */
export type DraftSaga = Omit<AnySaga, 'structure' | 'fingerprint'>;

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;
const OWN_ACTIONS = new Set(
  ['assign', 'raise', 'emit', 'log', 'cancel', 'spawnChild', 'stopChild', 'enqueueActions'].map(
    (name) => `xstate.${name}`,
  ),
);

/** Refuses a definition that can't be carried out. @throws SagaError `DEFINITION_INVALID` */
export function checkDefinition(saga: DraftSaga): void {
  if (!NAME.test(saga.name))
    fail(saga, 'its name must be a letter, then letters, digits, - and _, at most 40 in all');
  if (!Number.isInteger(saga.version) || saga.version < 1)
    fail(saga, 'its version must be a whole number from 1');
  checkMigrations(saga);
  checkActors(saga);
  checkEvents(saga);
  const { context } = saga.machine.config;
  if (context !== undefined && typeof context !== 'function')
    assertJson(context, `context of saga '${saga.name}'`);
  const nodes = allNodes(saga.machine);
  for (const node of nodes) checkNode(saga, node);
  if (!nodes.some((node) => node.tags.includes(REST_TAG))) {
    fail(
      saga,
      `no state is tagged '${REST_TAG}'; tag the states in which it may stay for good: tags: ['${REST_TAG}']`,
    );
  }
}

function checkMigrations(saga: DraftSaga): void {
  for (const key of Object.keys(saga.migrate ?? {})) {
    const from = Number(key);
    if (!Number.isInteger(from) || from < 1 || from >= saga.version)
      fail(saga, `migrate.${key}: a version before its own is meant, 1 to ${saga.version - 1}`);
  }
}

function checkActors(saga: DraftSaga): void {
  for (const [key, logic] of Object.entries(saga.machine.implementations.actors)) {
    if (key === COMPENSATE && logic !== compensate) {
      fail(saga, `the actor '${COMPENSATE}' must be the one that @countermand/saga-core exports`);
    }
    const contract = saga.steps[key];
    if (contract && contract.name !== key) {
      fail(
        saga,
        `the step '${contract.name}' stands among the actors as '${key}'; give it its own name there`,
      );
    }
  }
  for (const { name, opens } of Object.values(saga.steps)) {
    if (opens?.undo !== undefined && !saga.steps[opens.undo]) {
      fail(saga, `step '${name}' is undone by '${opens.undo}', which is not among the actors; add it there`);
    }
  }
}

function checkEvents(saga: DraftSaga): void {
  for (const [type, { opens, closes = [], defer }] of Object.entries(saga.events)) {
    if (type.startsWith('xstate.') || type === '*') fail(saga, `'${type}' can't be a public event`);
    if (opens && !saga.steps[opens.undo]) {
      fail(
        saga,
        `event '${type}' opens what '${opens.undo}' undoes, which is not among the actors; add it there`,
      );
    }
    if (defer && !(defer.ttlMs > 0)) fail(saga, `event '${type}': defer.ttlMs must be more than 0`);
    if (defer && !(defer.ttlMs <= MAX_TIME_MS))
      fail(saga, `event '${type}': defer.ttlMs must be 100 years at most`);
    for (const { kind } of [...(opens ? [opens] : []), ...closes]) {
      const fault = faultOfKind(kind);
      if (fault !== undefined) fail(saga, `event '${type}': ${fault}`);
    }
  }
  if (saga.override !== undefined && !saga.events[saga.override]) {
    fail(saga, `the override event '${saga.override}' is not among its events`);
  }
}

function checkNode(saga: DraftSaga, node: AnyStateNode): void {
  if (node.type === 'final' && node.parent === saga.machine.root && !node.tags.includes(REST_TAG)) {
    fail(saga, `${where(node)} is final, so nothing can follow; tag it '${REST_TAG}'`);
  }
  for (const { src, id } of node.invoke) {
    if (src === COMPENSATE && node.transitions.has(`xstate.error.actor.${id}`)) {
      fail(
        saga,
        `${where(node)} gives '${COMPENSATE}' an onError, which would never be taken: an undo that can't be carried out ` +
          'parks the saga until a person acts; take it out',
      );
    }
    const known = typeof src === 'string' && (src === COMPENSATE || saga.steps[src] !== undefined);
    if (!known || !Object.hasOwn(saga.machine.implementations.actors, src)) {
      fail(
        saga,
        `${where(node)} invokes '${String(src)}', which is neither a step nor '${COMPENSATE}' among the actors`,
      );
    }
  }
  const keepsFault = faultOfKeeps(node);
  if (keepsFault !== undefined) fail(saga, `${where(node)}: meta.keeps ${keepsFault}`);
  for (const delay of Object.keys(node.config.after ?? {})) checkDelay(saga, node, delay);
  for (const action of actionsOf(node)) checkAction(saga, node, action);
}

function checkDelay(saga: DraftSaga, node: AnyStateNode, delay: string): void {
  if (/^[0-9.]+$/.test(delay)) {
    fail(
      saga,
      `${where(node)} has a delay of ${delay} without a name; name it in setup({ delays }) and use the name`,
    );
  }
  if (!Object.hasOwn(saga.machine.implementations.delays, delay)) {
    fail(saga, `${where(node)} uses the delay '${delay}', which setup({ delays }) doesn't define`);
  }
}

function checkAction(saga: DraftSaga, node: AnyStateNode, action: unknown): void {
  const name = actionName(action);
  const given = typeof action === 'function' ? action : saga.machine.implementations.actions[name];
  if (isResolvable(given)) {
    checkRaise(saga, node, given);
    if (OWN_ACTIONS.has(given.type)) return;
    fail(
      saga,
      `${where(node)} uses ${given.type}, which a saga can't: it talks to participants by steps only`,
    );
  }
  const meant = stepOfAction(given);
  if (meant !== undefined && meant !== name) {
    fail(
      saga,
      `${where(node)} has the action '${name}', which stands for the step '${meant}': ` +
        `call the action as the step is called: actions: { ${meant}: asAction(${meant}) }`,
    );
  }
  const contract = saga.steps[name];
  if (!contract || typeof action === 'function') {
    fail(
      saga,
      `${where(node)} has the action '${name}', which is neither XState's own nor a step; ` +
        "what acts on the world must be a step: one of setup's actors, and an action by the step's own name: actions: { mail: asAction(mail) }",
    );
  }
  if (contract?.opens) {
    fail(
      saga,
      `${where(node)} uses step '${name}' as an action, but it opens '${contract.opens.kind}'; invoke it`,
    );
  }
}

/** Without an id of its own a timer would have a random one, another in every decision. */
function checkRaise(saga: DraftSaga, node: AnyStateNode, action: { readonly type: string }): void {
  if (action.type !== 'xstate.raise' || !('delay' in action) || action.delay === undefined) return;
  if ('id' in action && action.id !== undefined) return;
  const event: unknown = 'event' in action ? action.event : undefined;
  const name =
    typeof event === 'object' && event !== null && 'type' in event ? String(event.type) : 'an event';
  fail(saga, `${where(node)} raises '${name}' with a delay but without an id; give it one: { id, delay }`);
}

function actionName(action: unknown): string {
  if (typeof action === 'string') return action;
  if (typeof action === 'function') return action.name || '(anonymous)';
  return String((action as { readonly type: unknown }).type);
}

function isResolvable(action: unknown): action is { readonly type: string } {
  return typeof action === 'function' && 'resolve' in action && 'type' in action;
}

function where(node: AnyStateNode): string {
  return node.path.length === 0 ? 'the machine' : `state '${node.path.join('.')}'`;
}

function fail(saga: { readonly name: string; readonly machine?: AnyStateMachine }, what: string): never {
  throw new SagaError('DEFINITION_INVALID', `saga '${saga.name}': ${what}`);
}
