import type { AnyStateNode } from 'xstate';
import { COMPENSATE } from './compensate.js';
import { describeTrigger, type Trigger, triggerOf } from './describe-trigger.js';
import { describeGuard } from './diagram.js';
import { keepsOf } from './kept-obligations.js';
import { allNodes, transitionsOf } from './machine-nodes.js';
import type { AnySaga } from './saga-definition.js';
import { REST_TAG } from './state-value.js';

/** A saga's machine as a drawing needs it: plain JSON, so that a browser can have it. */
export interface MachineGraph {
  readonly saga: string;
  readonly version: number;
  /** Every state but the machine itself, parents before children, in the machine's order. */
  readonly states: readonly GraphState[];
  /** Every transition that leads somewhere, in the machine's order. */
  readonly transitions: readonly GraphTransition[];
}

/** One state. */
export interface GraphState {
  /** `RESERVED.waiting`; unique. */
  readonly path: string;
  /** The last part of the path. */
  readonly name: string;
  /** The path of the state that it is in; missing at the top. */
  readonly parent?: string;
  readonly kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** Entered by itself when what it is in is entered. */
  readonly isInitial: boolean;
  /** Tagged as rest. */
  readonly isRest: boolean;
  /** It invokes `compensate`. */
  readonly compensates: boolean;
  /** The steps that it invokes, by their names. */
  readonly steps: readonly string[];
  /** Kinds of obligation that it keeps. */
  readonly keeps: readonly string[];
  /** Those of them of which it keeps no more than the instances that it names. */
  readonly keepsNamed: readonly string[];
}

/** One way from a state to another. */
export interface GraphTransition {
  /** Unique within the graph. */
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly trigger: Trigger;
  /** The trigger as people read it. */
  readonly label: string;
  readonly guard?: string;
  /** Kinds of obligation that what sets it off opens; after a failure, perhaps. */
  readonly opens: readonly string[];
  /** Kinds of obligation that what sets it off closes. */
  readonly closes: readonly string[];
}

/** The machine as a graph. The root's own transitions are listed for each of the top-level states. */
export function machineGraph(saga: AnySaga): MachineGraph {
  const nodes = allNodes(saga.machine);
  return {
    saga: saga.name,
    version: saga.version,
    states: nodes.filter(({ path }) => path.length > 0).map(describeState),
    transitions: nodes.flatMap((node) => transitionsFrom(saga, node)),
  };
}

function describeState(node: AnyStateNode): GraphState {
  const { path, key, parent } = node;
  const steps = node.invoke.map(({ src }) => String(src));
  const kept = keepsOf(node);
  return {
    path: path.join('.'),
    name: key,
    ...(parent && parent.path.length > 0 && { parent: parent.path.join('.') }),
    kind: node.type,
    isInitial:
      parent?.type === 'compound' && parent.initial.target.some((target) => target === node) === true,
    isRest: node.tags.includes(REST_TAG),
    compensates: steps.includes(COMPENSATE),
    steps: steps.filter((step) => step !== COMPENSATE),
    keeps: [...new Set(kept.map(({ kind }) => kind))],
    keepsNamed: kept.flatMap(({ kind, instance }) => (instance ? kind : [])),
  };
}

function transitionsFrom(saga: AnySaga, node: AnyStateNode): GraphTransition[] {
  const sources = node.path.length > 0 ? [node] : (Object.values(node.states) as AnyStateNode[]);
  return transitionsOf(node).flatMap(({ eventType, target, guard }, index) => {
    const trigger = triggerOf(saga, eventType);
    const name = describeGuard(guard);
    return (target ?? []).flatMap((to, nth) =>
      sources.map((source) => ({
        id: `${source.path.join('.')}#${node.path.length}.${index}.${nth}`,
        from: source.path.join('.'),
        to: (to as AnyStateNode).path.join('.'),
        trigger,
        label: describeTrigger(trigger),
        ...(name !== undefined && { guard: name }),
        ...worldOf(saga, trigger),
      })),
    );
  });
}

/** What a step's answer, or an event, does to the world. */
function worldOf(saga: AnySaga, { kind, name }: Trigger): Pick<GraphTransition, 'opens' | 'closes'> {
  const part = kind === 'event' ? saga.events[name] : saga.steps[name];
  if (!part || kind === 'timer' || kind === 'always') return { opens: [], closes: [] };
  return {
    opens: part.opens ? [part.opens.kind] : [],
    closes: kind === 'failed' ? [] : (part.closes ?? []).map((one) => one.kind),
  };
}
