import { describe, expect, test as it } from 'vitest';
import { Interruption } from './interruption.js';
import { handClock } from './test-support/hand-clock.js';
import { withinTime } from './within-time.js';

const never = () => new Promise<never>(() => undefined);

describe('work within its time', () => {
  it('that answers at once arms no timer', async () => {
    const clock = handClock();
    const answer = withinTime({ interruption: new Interruption(), clock, limitMs: 10 }, () => 'done');
    expect(clock.armed()).toBe(0);
    expect(await answer).toBe('done');
  });

  it('that answers later leaves no timer behind', async () => {
    const clock = handClock();
    const interruption = new Interruption();
    expect(await withinTime({ interruption, clock, limitMs: 10 }, async () => 'done')).toBe('done');
    expect(clock.armed()).toBe(0);
  });

  it('that takes too long is given up, and its signal says why', async () => {
    const clock = handClock();
    let signal: AbortSignal | undefined;
    const answer = withinTime({ interruption: new Interruption(), clock, limitMs: 10 }, (limits) => {
      signal = limits.signal;
      return never();
    });
    const refused = expect(answer).rejects.toThrow('no answer within 10 ms');
    clock.advance(9);
    expect(signal?.aborted).toBe(false);
    clock.advance(1);
    await refused;
    expect(signal?.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('gets its whole time again with each heartbeat', async () => {
    const clock = handClock();
    let beat: () => void = () => undefined;
    const answer = withinTime({ interruption: new Interruption(), clock, limitMs: 10 }, ({ heartbeat }) => {
      beat = heartbeat;
      return never();
    });
    const refused = expect(answer).rejects.toThrow('no answer');
    clock.advance(9);
    beat();
    clock.advance(9);
    expect(clock.armed()).toBe(1);
    clock.advance(1);
    await refused;
  });

  it('ends at the longest that it may take, however often its heart beats', async () => {
    const clock = handClock();
    let beat: () => void = () => undefined;
    const limits = { interruption: new Interruption(), clock, limitMs: 10, longestMs: 25 };
    const answer = withinTime(limits, ({ heartbeat }) => {
      beat = heartbeat;
      return never();
    });
    const refused = expect(answer).rejects.toThrow('no answer within 25 ms');
    for (let n = 0; n < 3; n += 1) {
      clock.advance(8);
      beat();
    }
    expect(clock.armed()).toBe(1);
    clock.advance(2);
    await refused;
    expect(clock.armed()).toBe(0);
  });

  it('that is interrupted ends with the reason, also for a signal that is asked for afterwards', async () => {
    const clock = handClock();
    const interruption = new Interruption();
    const reason = new Error('the lease was lost');
    let signalOf = (): AbortSignal => new AbortController().signal;
    const answer = withinTime({ interruption, clock, limitMs: 10 }, (limits) => {
      signalOf = () => limits.signal;
      return never();
    });
    const refused = expect(answer).rejects.toBe(reason);
    interruption.interrupt(reason);
    await refused;
    expect(signalOf().reason).toBe(reason);
    expect(clock.armed()).toBe(0);
  });

  it('is not begun where it was interrupted before', async () => {
    const interruption = new Interruption();
    const reason = new Error('the worker stops');
    interruption.interrupt(reason);
    let begun = false;
    const work = () => {
      begun = true;
    };
    await expect(withinTime({ interruption, clock: handClock(), limitMs: 10 }, work)).rejects.toBe(reason);
    expect(begun).toBe(false);
  });
});
