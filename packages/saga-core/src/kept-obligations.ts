import type { AnyStateNode } from 'xstate';
import type { JsonObject } from './json.js';

/** Instances of one kind that a state of rest keeps; others of that kind are left over there. */
export interface KeptInstances<Context = JsonObject> {
  readonly kind: string;
  /** Which ones, as a pure function of the context: one, several, or none (`undefined`, `[]`). */
  readonly instance: (of: { readonly context: Context }) => string | readonly string[] | undefined;
}

/**
 * What a state of rest keeps, in its `meta: { keeps: [...] }`: a kind, with all of its instances, or the instances that
 * the state names.
 *
 * @example
 * setup({ types: { context: {} as Order, meta: {} as { keeps?: Keeps<Order> } } }).createMachine({
 *   // ...
 *   paid: {
 *     tags: 'rest',
 *     meta: { keeps: ['seat.booked', { kind: 'card.charged', instance: ({ context }) => context.paidBy }] },
 *   },
 * });
 */
export type Keeps<Context = JsonObject> = readonly (string | KeptInstances<Context>)[];

/** One entry of `keeps`; without `instance`, all of its kind. */
export type KeptEntry = Pick<KeptInstances, 'kind'> & Partial<KeptInstances>;

/** What a state's `meta.keeps` says. */
export function keepsOf(node: AnyStateNode): KeptEntry[] {
  const keeps = rawKeepsOf(node);
  return Array.isArray(keeps)
    ? (keeps as Keeps).map((one) => (typeof one === 'string' ? { kind: one } : one))
    : [];
}

/** `payment.captured`, or `payment.captured (named)` where only the instances are kept that the state names. */
export function describeKept({ kind, instance }: KeptEntry): string {
  return instance ? `${kind} (named)` : kind;
}

/** What is wrong with a state's `meta.keeps`, if anything. */
export function faultOfKeeps(node: AnyStateNode): string | undefined {
  const keeps = rawKeepsOf(node);
  if (keeps === undefined) return undefined;
  if (!Array.isArray(keeps)) return 'must be a list';
  const isEntry = (one: unknown) =>
    typeof one === 'string' ||
    (typeof one === 'object' &&
      one !== null &&
      typeof (one as Partial<KeptInstances>).kind === 'string' &&
      typeof (one as Partial<KeptInstances>).instance === 'function');
  return keeps.every(isEntry)
    ? undefined
    : 'lists kinds, or { kind, instance } with a function that names instances';
}

/** Tells of an obligation whether one of the active states keeps it. Throws what their functions throw. */
export function keptBy(
  nodes: readonly AnyStateNode[],
  context: JsonObject,
): (one: { readonly kind: string; readonly instance: string }) => boolean {
  const entries = nodes.flatMap(keepsOf);
  return (one) =>
    entries.some(
      ({ kind, instance }) =>
        kind === one.kind && (!instance || [instance({ context }) ?? []].flat().includes(one.instance)),
    );
}

function rawKeepsOf(node: AnyStateNode): unknown {
  const meta: unknown = node.meta;
  return typeof meta === 'object' && meta !== null && 'keeps' in meta ? meta.keeps : undefined;
}
