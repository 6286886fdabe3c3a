import type { AnyStateNode } from 'xstate';
import { describeTrigger, triggerOf } from './describe-trigger.js';
import { allNodes, initialDescendants, transitionsOf } from './machine-nodes.js';
import type { AnySaga } from './saga-definition.js';
import { REST_TAG } from './state-value.js';

/** One way from a state to another, as people read it. */
export interface DescribedTransition {
  /** Path of the state in which it starts: `RESERVED.waiting`. */
  readonly from: string;
  /** Path of its target; missing where it stays. */
  readonly to: string | undefined;
  /** `PAY`, `after RESERVATION_TTL`, `reserveStock done`, `compensate done`, `at once`. */
  readonly on: string;
  readonly guard: string | undefined;
  /** The steps that the target's states carry out when they are entered. */
  readonly steps: readonly string[];
}

/** Every transition of a saga's machine that leads somewhere, in the machine's order. */
export function describeTransitions(saga: AnySaga): DescribedTransition[] {
  return allNodes(saga.machine).flatMap((node) =>
    transitionsOf(node).flatMap(({ eventType, target, guard }) =>
      (target ?? []).map((to) => ({
        from: pathOf(node),
        to: pathOf(to),
        on: describeTrigger(triggerOf(saga, eventType)),
        guard: describeGuard(guard),
        steps: stepsOf(to),
      })),
    ),
  );
}

/**
 * The machine as a Mermaid state diagram: top-level states with their steps, and what leads from one to another.
 * Paste it into Markdown between `mermaid` fences.
 */
export function toMermaid(saga: AnySaga): string {
  const top = Object.values(saga.machine.states) as AnyStateNode[];
  const initial = saga.machine.root.initial.target[0];
  const edges = new Map<string, Set<string>>();
  for (const { from, to, on } of describeTransitions(saga)) {
    const [a, b] = [from.split('.')[0] ?? from, (to ?? from).split('.')[0] ?? from];
    if (a !== b) edges.set(`${a} --> ${b}`, (edges.get(`${a} --> ${b}`) ?? new Set()).add(on));
  }
  return [
    'stateDiagram-v2',
    `  [*] --> ${initial?.key ?? '?'}`,
    ...[...edges].map(([edge, triggers]) => `  ${edge}: ${[...triggers].join(' / ')}`),
    ...top.flatMap(describeState),
    ...top.filter(restsSomewhere).map((node) => `  ${node.key} --> [*]`),
  ].join('\n');
}

function describeState(node: AnyStateNode): string[] {
  const steps = [...new Set(innerNodes(node).flatMap((inner) => inner.invoke.map(({ src }) => String(src))))];
  return steps.length === 0 ? [] : [`  ${node.key}: ${node.key}<br/>${steps.join(', ')}`];
}

function restsSomewhere(node: AnyStateNode): boolean {
  return innerNodes(node).some((inner) => inner.tags.includes(REST_TAG));
}

function stepsOf(node: AnyStateNode): string[] {
  const entered = [node, ...initialDescendants(node)];
  return entered.flatMap((one) => one.invoke.map(({ src }) => String(src)));
}

function innerNodes(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap((inner) => innerNodes(inner as AnyStateNode))];
}

function pathOf(node: AnyStateNode): string {
  return node.path.length === 0 ? node.id : node.path.join('.');
}

/** A guard's name, as people read it. */
export function describeGuard(guard: unknown): string | undefined {
  if (guard === undefined) return undefined;
  if (typeof guard === 'string') return guard;
  return typeof guard === 'object' && guard !== null && 'type' in guard ? String(guard.type) : 'a condition';
}
