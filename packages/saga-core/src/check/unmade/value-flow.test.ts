import { describe, expect, test } from 'vitest';
import { Interest } from './interest.js';
import { Site } from './site.js';
import { ValueFlow } from './value-flow.js';
import { areRelated, describePath, EACH, SHAPE, varyingPaths } from './value-paths.js';
import { watchCode } from './watch-code.js';

const event = { subject: 'event', path: [] };
const context = { subject: 'context', path: [] };
const needed = (flow: ValueFlow) =>
  flow
    .needed('event')
    .map((path) => describePath(path.filter((key) => key !== SHAPE)))
    .sort();

interface Parcel {
  readonly to: { readonly zone: string; readonly street: string };
  readonly gift: boolean;
  readonly items: readonly string[];
}
const parcel: Parcel = { to: { zone: 'far', street: 'Main' }, gift: true, items: ['a', 'b'] };
const watch = (flow: ValueFlow) => flow.watch(parcel, event) as Parcel;

describe('what a decision depends on', () => {
  test('is what it has read', () => {
    const flow = new ValueFlow();
    expect(flow.decide(() => watch(flow).to.zone === 'far')).toBe(true);
    expect(needed(flow)).toEqual(['to', 'to.zone']);
  });

  test('is what it has read before it threw', () => {
    const flow = new ValueFlow();
    const work = () => {
      if (watch(flow).gift) throw new Error('no gifts');
    };
    expect(() => flow.decide(work)).toThrow('no gifts');
    expect(needed(flow)).toEqual(['gift']);
  });

  test('is all of what it gives on as it is', () => {
    const flow = new ValueFlow();
    expect(flow.decide(() => ({ to: watch(flow).to }))).toEqual({ to: parcel.to });
    expect(flow.needed('event')).toContainEqual(['to']);
  });

  test('is nothing where nothing is decided', () => {
    const flow = new ValueFlow();
    flow.bring(context, () => ({ zone: watch(flow).to.zone }));
    expect(needed(flow)).toEqual([]);
  });
});

describe('what is kept and read later', () => {
  /** Keeps what is made of the parcel, and decides on what is kept. */
  const keeping = (make: (parcel: Parcel) => unknown, read: (kept: never) => unknown) => {
    const flow = new ValueFlow();
    const kept = flow.bring(context, () => make(watch(flow)));
    flow.decide(() => read(flow.watch(kept, context) as never));
    return needed(flow);
  };

  test('comes from where it was copied from, and from nowhere else', () => {
    expect(
      keeping(
        (it) => it,
        ({ to }: Parcel) => to.zone,
      ),
    ).toEqual(['to', 'to.zone']);
    expect(
      keeping(
        ({ to }) => ({ at: to }),
        ({ at }: { at: Parcel['to'] }) => at.street,
      ),
    ).toEqual(['to', 'to.street']);
    expect(
      keeping(
        (it) => ({ ...it, tries: 0 }),
        ({ gift }: Parcel) => gift,
      ),
    ).toEqual(['gift']);
    expect(
      keeping(
        ({ gift, to: { zone } }) => ({ gift, zone }),
        ({ zone }: { zone: string }) => zone,
      ),
    ).toEqual(['to.zone']);
  });

  test('comes from all that was read, where it is none of that', () => {
    const sign = ({ gift, to: { zone } }: Parcel) => ({ sign: gift && zone === 'far' ? 'yes' : 'no' });
    expect(keeping(sign, (kept: { sign: string }) => kept.sign)).toEqual(['gift', 'to', 'to.zone']);
  });

  test('may be in a list', () => {
    const read = (kept: { items: readonly string[] }) => kept.items.includes('b');
    const made = keeping(({ items }) => ({ items: items.map((item) => item) }), read);
    expect(made).toContain('items.1');
    expect(made).not.toContain('gift');
  });

  test('is what it was, and not what watches it', () => {
    const flow = new ValueFlow();
    const kept = flow.bring(context, () => [{ parcel: watch(flow) }]) as [{ parcel: Parcel }];
    expect(kept[0].parcel).toBe(parcel);
  });

  test('has an end, also where it is put into itself', () => {
    const flow = new ValueFlow();
    let kept: unknown = flow.bring(context, () => ({ inner: watch(flow) }));
    for (let round = 0; round < 3; round += 1) {
      const before = kept;
      kept = flow.bring(context, () => ({ inner: flow.watch(before, context) }));
      kept = flow.bring(context, () => (flow.watch(kept, context) as { inner: unknown }).inner);
    }
    flow.decide(() => (flow.watch(kept, context) as { inner: Parcel }).inner.gift);
    expect(flow.needed('event')).toContainEqual(['gift']);
  });
});

describe('where only some of it is of interest', () => {
  const zone = { subject: 'event', path: ['to', 'zone'], orNothing: false };
  const watching = () => new ValueFlow(new Interest([zone]));

  test('nothing else is watched', () => {
    const flow = watching();
    const other = { gift: true };
    expect(flow.watch(other, event)).toBe(other);
    expect(flow.watch(parcel, event)).not.toBe(parcel);
    flow.decide(() => watch(flow).gift && watch(flow).to.street);
    expect(needed(flow)).toEqual([]);
    flow.decide(() => watch(flow).to.zone);
    expect(needed(flow)).toEqual(['to.zone']);
  });

  test('what is made of it is of interest as well', () => {
    const flow = watching();
    flow.bring(context, () => ({ at: watch(flow).to, far: watch(flow).to.zone === 'far' }));
    const isOf = (kept: object) => flow.interestIn('context', kept) > 0;
    expect([{ at: parcel.to }, { far: true }].map(isOf)).toEqual([true, true]);
    expect([{ tries: 1 }, { far: undefined }].map(isOf)).toEqual([false, false]);
  });

  test('that nothing stands there is of interest where that was chosen', () => {
    const flow = watching();
    flow.bring(context, () => ({ far: watch(flow).to.zone === 'else' ? true : null }));
    expect(flow.interestIn('context', {})).toBeGreaterThan(0);
  });

  test('what was asked before is asked once more', () => {
    const flow = watching();
    const by = flow.site('isFar', (place) => new Site(place, 'isFar', undefined));
    const isFar = watchCode(flow, by, (kept) => (kept as { zone: string }).zone === 'far', {
      interestIn: ([kept]) => flow.interestIn('context', kept),
      watch: ([kept]) => [flow.watch(kept, context)],
    });
    expect(isFar({ zone: 'far' })).toBe(true);
    flow.bring(context, () => ({ zone: watch(flow).to.zone }));
    expect(needed(flow)).toEqual([]);
    flow.repeat();
    expect(needed(flow)).toEqual(['to.zone']);
  });
});

describe('paths', () => {
  test('are related where one leads to the other, through whatever element', () => {
    expect(areRelated(['items', '0', 'sku'], ['items', EACH])).toBe(true);
    expect(areRelated(['items'], ['items', EACH, 'sku'])).toBe(true);
    expect(areRelated(['items', SHAPE], ['items', EACH, 'sku'])).toBe(false);
    expect(areRelated(['items', '0', 'sku'], ['items', EACH, 'gift'])).toBe(false);
  });

  test('are those at which values differ', () => {
    const values = [
      { a: 1, b: 'x', c: [1] },
      { a: 1, b: 'y', c: [1, 2] },
      { a: 1, b: 'y', c: [1], d: {} },
    ];
    expect(varyingPaths(values)).toEqual([['b'], ['c', SHAPE], ['c', '1'], ['d', SHAPE]]);
  });
});
