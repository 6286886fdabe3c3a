import { SagaError } from '@countermand/saga-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Batcher, type BatcherOptions } from './batcher.js';
import type { MoveItem, MoveResult } from './move-item.js';
import { systemClock } from './ports/clock.js';
import { silentLogger } from './ports/logger.js';
import { trip } from './test-support/trip-saga.js';

const DONE: MoveResult = { kind: 'done', applied: true };
const timer = (sagaId: string, key = '1'): MoveItem => ({ kind: 'timer', sagaId, key });
const send = (sagaId: string, messageId: string): MoveItem => ({
  kind: 'send',
  sagaId,
  messageId,
  nonce: messageId,
  event: { type: 'X' },
  actor: 'system',
});

const start = (sagaId: string): MoveItem => ({
  ...{ kind: 'start', sagaId, saga: trip, input: null, inputHash: '', nonce: sagaId, actor: 'system' },
});

function batcher(options: Pick<BatcherOptions, 'move'> & Partial<BatcherOptions>): Batcher {
  return new Batcher({
    // Waits pass at once: what is tested is what happens, not when.
    clock: {
      ...systemClock,
      setTimeout: (run) => setImmediate(run),
      clearTimeout: (it) => clearImmediate(it as NodeJS.Immediate),
    },
    chance: { uuid: () => 'id', random: () => 0.5 },
    logger: silentLogger,
    kindOf: () => 'poison',
    onPoison: () => Promise.resolve(),
    ...options,
  });
}

it('what comes while a batch is under way travels together in the next', async () => {
  const sizes: number[] = [];
  const one = batcher({
    move: (items) => {
      sizes.push(items.length);
      return Promise.resolve(items.map(() => DONE));
    },
  });
  const first = one.submit(timer('a'));
  await Promise.resolve();
  await Promise.resolve();
  await Promise.all([first, ...Array.from({ length: 250 }, (_, index) => one.submit(timer(`s${index}`)))]);
  expect(sizes).toEqual([1, 200, 50]);
});

it('whatever is poisoned, everything else is moved, in order, and each sender learns of its own', async () => {
  const property = fc.asyncProperty(
    fc.uniqueArray(fc.nat({ max: 40 }), { maxLength: 6 }),
    fc.integer({ min: 1, max: 41 }),
    async (poisoned, count) => {
      const moved: string[] = [];
      let failures = 0;
      const one = batcher({
        move: (items) => {
          const ids = items.map((item) => (item.kind === 'send' ? item.messageId : ''));
          if (ids.some((id) => poisoned.includes(Number(id)))) {
            failures += 1;
            return Promise.reject(new Error('poison'));
          }
          moved.push(...ids);
          return Promise.resolve(items.map(() => DONE));
        },
      });
      const ids = Array.from({ length: count }, (_, index) => index);
      const results = await Promise.allSettled(ids.map((id) => one.submit(send(`saga-${id % 3}`, `${id}`))));
      const bad = ids.filter((id) => poisoned.includes(id));
      expect(moved).toEqual(ids.filter((id) => !bad.includes(id)).map(String));
      expect(ids.filter((id) => results[id]?.status === 'rejected')).toEqual(bad);
      expect(failures).toBeLessThanOrEqual(bad.length * 8);
    },
  );
  await fc.assert(property);
});

describe('a failure that may pass', () => {
  it('lets the same items be tried again, as they are', async () => {
    const tries: string[][] = [];
    const one = batcher({
      kindOf: () => 'away',
      move: (items) => {
        tries.push(items.map(({ sagaId }) => sagaId));
        return tries.length < 4 ? Promise.reject(new Error('away')) : Promise.resolve(items.map(() => DONE));
      },
    });
    await Promise.all([one.submit(timer('a')), one.submit(timer('b'))]);
    expect(tries).toEqual(Array.from({ length: 4 }, () => ['a', 'b']));
  });

  it('is taken for poison when a row is there each time', async () => {
    const one = batcher({ kindOf: () => 'duplicate', move: () => Promise.reject(new Error('always')) });
    await expect(one.submit(send('a', '1'))).rejects.toThrow('always');
  });

  it('is tried in halves where it ran out of time, and alone a few times more before it is to blame', async () => {
    const sizes: number[] = [];
    const blamed: string[] = [];
    let slow = 4;
    const one = batcher({
      kindOf: () => 'slow',
      onPoison: ({ sagaId }) => Promise.resolve(void blamed.push(sagaId)),
      move: (items) => {
        sizes.push(items.length);
        const isTooMuch = items.some(({ sagaId }) => sagaId === 'endless' || (sagaId === 'slow' && slow > 0));
        if (!isTooMuch) return Promise.resolve(items.map(() => DONE));
        if (items.some(({ sagaId }) => sagaId === 'slow')) slow -= 1;
        return Promise.reject(new Error('canceling statement due to statement timeout'));
      },
    });
    const ids = ['a', 'slow', 'b', 'endless'];
    expect(await Promise.all(ids.map((id) => one.submit(timer(id))))).toEqual([
      ...[DONE, DONE, DONE],
      { kind: 'done', applied: false, isRefused: true },
    ]);
    expect(blamed).toEqual(['endless']);
    expect(sizes.slice(0, 3)).toEqual([4, 2, 1]);
  });

  it('tells an administrator nothing else: what was rolled back for a conflict was not done before', async () => {
    let tries = 0;
    const one = batcher({
      kindOf: () => 'conflict',
      move: () => {
        tries += 1;
        if (tries === 1) return Promise.reject(new Error('deadlock detected'));
        return Promise.resolve([{ kind: 'failed', error: new SagaError('NOT_PARKED', 'it is not parked') }]);
      },
    });
    const act: MoveItem = { kind: 'admin', sagaId: 'a', cause: { type: 'retry', actor: 'eve' } };
    await expect(one.submit(act)).rejects.toMatchObject({ code: 'NOT_PARKED' });
  });

  it('is no poison as long as it is a conflict with others, however often, and holds up no other saga', async () => {
    const moved: string[] = [];
    const blamed: string[] = [];
    let conflicts = 0;
    const one = batcher({
      kindOf: () => 'conflict',
      onPoison: ({ sagaId }) => Promise.resolve(void blamed.push(sagaId)),
      move: (items) => {
        if (items.some(({ sagaId }) => sagaId === 'contended') && conflicts < 100) {
          conflicts += 1;
          return Promise.reject(new Error('deadlock detected'));
        }
        moved.push(...items.map((item) => ('key' in item ? `${item.sagaId}-${item.key}` : item.sagaId)));
        return Promise.resolve(items.map(() => DONE));
      },
    });
    const items = [timer('contended', '1'), timer('free'), timer('contended', '2')];
    expect(await Promise.all(items.map((item) => one.submit(item)))).toEqual([DONE, DONE, DONE]);
    expect(blamed).toEqual([]);
    expect(conflicts).toBe(100);
    expect(moved).toEqual(['free-1', 'contended-1', 'contended-2']);
  });

  it.each(['away', 'conflict'] as const)(
    '(%s) ends a caller after half a minute, and never what nobody waits for',
    async (kind) => {
      let now = 0;
      let isAway = true;
      const one = batcher({
        clock: {
          ...systemClock,
          now: () => now,
          setTimeout: (run) => setImmediate(run),
          clearTimeout: (it) => clearImmediate(it as NodeJS.Immediate),
        },
        kindOf: () => kind,
        move: (items) => {
          now += 4_000;
          return isAway ? Promise.reject(new Error('away')) : Promise.resolve(items.map(() => DONE));
        },
      });
      const [waiting, unawaited] = [one.submit(send('a', '1')), one.submit(timer('b'))];
      await expect(waiting).rejects.toThrow('away');
      isAway = false;
      expect(await unawaited).toEqual(DONE);
    },
  );
});

it('an item whose saga is locked elsewhere waits, and the others do not wait for it', async () => {
  let looks = 0;
  const order: string[] = [];
  const one = batcher({
    move: (items) =>
      Promise.resolve(
        items.map(({ sagaId }): MoveResult => {
          if (sagaId === 'locked') looks += 1;
          if (sagaId === 'locked' && looks < 4) return { kind: 'again' };
          order.push(sagaId);
          return DONE;
        }),
      ),
  });
  await Promise.all([one.submit(timer('locked')), one.submit(timer('free'))]);
  expect(order).toEqual(['free', 'locked']);
});

it('what comes while a saga is locked elsewhere does not overtake what waits for it', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.constantFrom('locked', 'free', 'poison'), { maxLength: 12 }),
    fc.integer({ min: 1, max: 4 }),
    fc.array(fc.nat({ max: 3 }), { maxLength: 12 }),
    async (kinds, locks, pauses) => {
      let looks = 0;
      const applied: number[] = [];
      const one = batcher({
        move: async (items) => {
          const isPoisoned = items.some(({ sagaId }) => sagaId === 'poison');
          const isLocked = !isPoisoned && items.some(({ sagaId }) => sagaId === 'locked') && looks++ < locks;
          await Promise.resolve();
          if (isPoisoned) throw new Error('poison');
          return items.map((item): MoveResult => {
            if (item.sagaId === 'locked' && isLocked) return { kind: 'again' };
            if (item.sagaId === 'locked' && item.kind === 'send') applied.push(Number(item.messageId));
            return DONE;
          });
        },
      });
      const sent: Promise<unknown>[] = [];
      for (const [index, sagaId] of kinds.entries()) {
        sent.push(one.submit(send(sagaId, `${index}`)).catch((error: unknown) => error));
        for (let left = pauses[index] ?? 0; left > 0; left -= 1)
          await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(sent);
      expect(applied).toEqual([...kinds.keys()].filter((index) => kinds[index] === 'locked'));
    },
  );
  await fc.assert(property);
});

it('poison that nobody waits for is recorded, and does not hold up the next', async () => {
  const recorded: string[] = [];
  const one = batcher({
    move: (items) =>
      items.some(({ sagaId }) => sagaId === 'bad')
        ? Promise.reject(new Error('poison'))
        : Promise.resolve(items.map(() => DONE)),
    onPoison: (item) => {
      recorded.push(item.sagaId);
      return Promise.resolve();
    },
  });
  const results = await Promise.all(['a', 'bad', 'b'].map((id) => one.submit(timer(id))));
  expect(results).toEqual([DONE, { kind: 'done', applied: false, isRefused: true }, DONE]);
  expect(recorded).toEqual(['bad']);
});

describe('transactions', () => {
  /** A batcher whose moves end by hand. */
  function held() {
    const moves: { ids: string[]; end: () => void }[] = [];
    const one = batcher({
      move: (items) =>
        new Promise((resolve) => {
          const end = () => resolve(items.map(() => DONE));
          moves.push({ ids: items.map(({ sagaId }) => sagaId), end });
        }),
    });
    return { one, moves };
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('are two at a time under load, and a few items wait for the one that is under way', async () => {
    const { one, moves } = held();
    void one.submit(timer('first'));
    await settled();
    for (let n = 0; n < 10; n += 1) void one.submit(timer(`few-${n}`));
    await settled();
    expect(moves.map(({ ids }) => ids.length)).toEqual([1]);
    for (let n = 0; n < 500; n += 1) void one.submit(timer(`many-${n}`));
    await settled();
    expect(moves.map(({ ids }) => ids.length)).toEqual([1, 200]);
    moves[0]?.end();
    await settled();
    expect(moves.map(({ ids }) => ids.length)).toEqual([1, 200, 200]);
  });

  it('never hold one saga twice: its next cause waits for the end of the one before', async () => {
    const { one, moves } = held();
    void one.submit(timer('same', '1'));
    await settled();
    void one.submit(timer('same', '2'));
    for (let n = 0; n < 50; n += 1) void one.submit(timer(`other-${n}`));
    await settled();
    expect(moves).toHaveLength(2);
    expect(moves[1]?.ids).not.toContain('same');
    moves[0]?.end();
    await settled();
    moves[1]?.end();
    await settled();
    expect(moves[2]?.ids).toEqual(['same']);
  });

  it('take what carries on before what begins, and nothing overtakes its own start', async () => {
    const { one, moves } = held();
    void one.submit(timer('first'));
    await settled();
    for (let n = 0; n < 31; n += 1) void one.submit(start(`new-${n}`));
    void one.submit(send('new-0', 'm'));
    for (let n = 0; n < 190; n += 1) void one.submit(timer(`old-${n}`));
    await settled();
    const [, second] = moves;
    expect(second?.ids.filter((id) => id.startsWith('old'))).toHaveLength(190);
    expect(second?.ids.filter((id) => id.startsWith('new'))).toHaveLength(10);
    expect(second?.ids.filter((id) => id === 'new-0').length).toBeLessThanOrEqual(1);
    for (const { end } of moves) end();
    await settled();
    expect(moves[2]?.ids.filter((id) => id === 'new-0')).toHaveLength(1);
  });
});

it('callers wait up to a number, and are refused beyond it; what was begun is taken all the same', async () => {
  const one = batcher({ move: () => new Promise(() => undefined) });
  void one.submit(timer('first'));
  await new Promise((resolve) => setImmediate(resolve));
  const waiting = Array.from({ length: 10_001 }, (_, n) => one.submit(start(`s-${n}`)));
  await expect(waiting.at(-1)).rejects.toMatchObject({ code: 'OVERLOADED' });
  let isRefused = false;
  void one.submit(timer('later')).catch(() => {
    isRefused = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isRefused).toBe(false);
});
