import { type AnyStateMachine, StateMachine } from 'xstate';
import type { AnySaga } from '../saga-definition.js';

/** A saga with one thing taken away. */
export interface Mutation {
  readonly name: string;
  readonly saga: AnySaga;
}

interface NodeConfig {
  [key: string]: unknown;
  states?: Record<string, NodeConfig>;
  on?: Record<string, unknown>;
  after?: Record<string, unknown>;
  always?: unknown;
  invoke?: { src: string; onDone?: unknown; onError?: unknown };
  meta?: { keeps?: (string | { kind: string })[] };
}

/**
 * Every saga that comes of taking one thing away: the undoing of a state, a timer, a handler of a step's failure or
 * of an event, an ignored event, something that an end keeps, an undo or a close of a contract, that it is the pivot,
 * and what a contract says of instances that its participant knows.
 */
export function mutationsOf(saga: AnySaga): Mutation[] {
  return [...machineMutations(saga), ...contractMutations(saga)];
}

function machineMutations(saga: AnySaga): Mutation[] {
  const mutations: Mutation[] = [];
  const mutate = (name: string, path: readonly string[], change: (node: NodeConfig) => void) => {
    const config = structuredCloneWithCode(saga.machine.config) as NodeConfig;
    change(path.reduce<NodeConfig>((node, key) => node.states?.[key] ?? node, config));
    const machine = new StateMachine(config as never, saga.machine.implementations as never);
    machine.options.maxIterations = saga.machine.options.maxIterations ?? 100;
    mutations.push({ name, saga: { ...saga, machine: machine as AnyStateMachine } });
  };
  const visit = (node: NodeConfig, path: readonly string[]) => {
    const where = path.join('.');
    for (const event of Object.keys(node.on ?? {})) {
      if (event !== saga.override)
        mutate(`${where} without ${event}`, path, ({ on }) => void delete on?.[event]);
    }
    for (const delay of Object.keys(node.after ?? {})) {
      mutate(`${where} without the timer ${delay}`, path, ({ after }) => void delete after?.[delay]);
    }
    if (node.invoke?.src === 'compensate') {
      mutate(`${where} without compensation`, path, (one) => {
        // Its actions read the report of a compensation, which there is none of.
        one.always = targetOf(one.invoke?.onDone);
        delete one.invoke;
      });
    } else if (node.invoke) {
      const { src } = node.invoke;
      if (node.invoke.onError)
        mutate(`${where} without onError of ${src}`, path, ({ invoke }) => void delete invoke?.onError);
      mutate(`${where} without onDone of ${src}`, path, ({ invoke }) => void delete invoke?.onDone);
    }
    for (const kind of node.meta?.keeps?.map(kindOf) ?? []) {
      mutate(`${where} without keeping ${kind}`, path, ({ meta }) => {
        if (meta) meta.keeps = meta.keeps?.filter((one) => kindOf(one) !== kind) ?? [];
      });
    }
    for (const [key, child] of Object.entries(node.states ?? {})) visit(child, [...path, key]);
  };
  visit(saga.machine.config as NodeConfig, []);
  return mutations;
}

function kindOf(kept: string | { kind: string }): string {
  return typeof kept === 'string' ? kept : kept.kind;
}

function targetOf(transition: unknown): unknown {
  return typeof transition === 'object' && transition !== null && 'target' in transition
    ? transition.target
    : transition;
}

function contractMutations(saga: AnySaga): Mutation[] {
  return Object.values(saga.steps).flatMap((contract) => {
    const withContract = (name: string, change: object): Mutation => ({
      name,
      saga: { ...saga, steps: { ...saga.steps, [contract.name]: { ...contract, ...change } } },
    });
    return [
      ...(contract.opens?.undo
        ? [
            withContract(`${contract.name} without its undo`, {
              opens: { ...contract.opens, undo: undefined },
            }),
          ]
        : []),
      ...(contract.opens?.idempotentBy === 'instance'
        ? [
            withContract(`${contract.name} opens an instance again under another key`, {
              opens: { ...contract.opens, idempotentBy: 'key' },
            }),
          ]
        : []),
      ...(contract.pivot ? [withContract(`${contract.name} is no pivot`, { pivot: false })] : []),
      ...(contract.closes.length > 0
        ? [withContract(`${contract.name} closes nothing`, { closes: [] })]
        : []),
    ];
  });
}

/** As `structuredClone`, but functions and instances of classes stay what they are. */
function structuredCloneWithCode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structuredCloneWithCode);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, structuredCloneWithCode(inner)]),
  );
}
