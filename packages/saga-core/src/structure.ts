import type { AnyStateNode, AnyTransitionDefinition } from 'xstate';
import type { DraftSaga } from './check-definition.js';
import { keepsOf } from './kept-obligations.js';
import { allNodes, transitionsOf } from './machine-nodes.js';
import type { StepContract } from './step.js';

/**
 * Describes what a stored snapshot depends on, a line each: states, transitions, invokes, timers, obligations,
 * public events. Times, retries and schemas are left out: they may change without a new version.
 */
export function describeStructure(saga: DraftSaga): string[] {
  return [
    ...allNodes(saga.machine).flatMap(describeNode),
    ...Object.values(saga.steps).map(describeStep),
    ...Object.entries(saga.events).map(([type, { defer, opens, closes }]) =>
      words(
        'event',
        type,
        defer && 'defer',
        opens && `opens=${opens.kind}`,
        opens && `undo=${opens.undo}`,
        ...(closes ?? []).map((one) => `closes=${one.kind}`),
      ),
    ),
  ].sort();
}

/** A short text that differs when the structure differs. */
export function fingerprintOf(structure: readonly string[]): string {
  return `${hash(structure.join('\n'), 0x811c9dc5)}${hash(structure.join('\r'), 0x01000193)}`;
}

/** What only one of two structures has: `- ` lines of the first, `+ ` lines of the second. */
export function diffStructures(before: readonly string[], after: readonly string[]): string[] {
  const inBefore = new Set(before);
  const inAfter = new Set(after);
  return [
    ...before.filter((line) => !inAfter.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !inBefore.has(line)).map((line) => `+ ${line}`),
  ];
}

function describeNode(node: AnyStateNode): string[] {
  const path = pathOf(node);
  return [
    words(
      'state',
      path,
      node.type,
      node.type === 'compound' && `initial=${node.initial.target.map((target) => target.key).join(',')}`,
      ...[...node.tags].sort().map((tag) => `tag=${tag}`),
      ...keepsOf(node)
        .map(({ kind, instance }) => `keeps=${kind}${instance ? '[named]' : ''}`)
        .sort(),
    ),
    ...node.invoke.map(({ id, src }) => words('invoke', path, id, `src=${String(src)}`)),
    ...transitionsOf(node).map((transition, index) => describeTransition(path, transition, index)),
    ...node.entry.map((action) => words('entry', path, labelOf(action))),
    ...node.exit.map((action) => words('exit', path, labelOf(action))),
  ];
}

function describeTransition(path: string, transition: AnyTransitionDefinition, index: number): string {
  const targets = (transition.target ?? []).map((target) => pathOf(target as AnyStateNode));
  return words(
    'on',
    path,
    `${index}:${transition.eventType || 'always'}`,
    ...targets.map((target) => `-> ${target}`),
    transition.guard && `guard=${labelOf(transition.guard)}`,
    transition.reenter && 'reenter',
    ...transition.actions.map((action) => `do=${labelOf(action)}`),
  );
}

function describeStep(step: StepContract): string {
  return words(
    'step',
    step.name,
    step.opens && `opens=${step.opens.kind}`,
    step.opens?.undo && `undo=${step.opens.undo}`,
    ...step.closes.map((one) => `closes=${one.kind}`),
    ...step.declines.map((code) => `declines=${code}`),
    step.pivot && 'pivot',
    step.probe && 'probe',
  );
}

function pathOf(node: AnyStateNode): string {
  return node.path.length === 0 ? '.' : node.path.join('.');
}

function labelOf(action: unknown): string {
  if (typeof action === 'string') return action;
  if (typeof action === 'object' && action !== null && 'type' in action) return String(action.type);
  // A function's own `type` names XState's built-in actions; the names of inline functions depend on the bundler.
  return typeof action === 'function' && 'type' in action ? String(action.type) : 'inline';
}

function words(...parts: readonly (string | false | undefined | null | 0)[]): string {
  return parts.filter(Boolean).join(' ');
}

/** FNV-1a over UTF-16 code units, 32 bits, as eight hexadecimal digits. */
function hash(text: string, seed: number): string {
  let value = seed;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return (value >>> 0).toString(16).padStart(8, '0');
}
