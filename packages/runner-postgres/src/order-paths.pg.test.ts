import { createOrderSaga } from '@countermand/saga-core/order';
import {
  coveringPaths,
  type PathVariant,
  pathsOf,
  pathTests,
  renderCoverage,
} from '@countermand/saga-core/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { borrowedHosts } from './test-support/borrowed-hosts.js';

/** `pnpm test:paths` walks every path in every way, which takes minutes. */
const isLong = process.env['COUNTERMAND_ALL_PATHS'] !== undefined;
const EVERY: readonly PathVariant[] = ['once', 'duplicate', 'late', 'reordered', 'crash'];

const order = createOrderSaga();
const [input] = (order.check?.samples?.input ?? []) as readonly object[];
const usual = pathsOf(order);
/** The samples of the check have one coupon at most: a second one shows what comes after the first. */
const twoCoupons = { ...input, coupons: ['WELCOME', 'SPRING'], invalidCoupon: 'continue' };
const more = new Set(pathsOf(order, { samples: { input: [twoCoupons] } }));
const few = coveringPaths(order, [...usual, ...more]);
const all = [...usual, ...few.filter((path) => more.has(path))];
const longest = few.reduce((one, other) => (other.steps.length > one.steps.length ? other : one));

const paths = pathTests({ describe, it: it.concurrent, expect }, borrowedHosts(), order, {
  paths: isLong ? all : few,
  variants: (path) => (isLong || path === longest ? EVERY : ['once']),
});

afterAll(() => {
  const coverage = renderCoverage(paths.coverage());
  if (isLong) process.stdout.write(`${coverage}\n`);
  expect(coverage).toBe('69 of 69 transitions taken');
});
