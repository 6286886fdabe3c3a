import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TaskAlarm } from './task-alarm.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('a task runs when its time has come, also where that is farther off than a timer reaches', () => {
  const run = vi.fn();
  const alarm = new TaskAlarm(run);
  const inSixtyDaysMs = 60 * 24 * 3_600_000;
  alarm.set('late', Date.now() + inSixtyDaysMs);
  vi.advanceTimersByTime(inSixtyDaysMs - 1);
  expect(run).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(run).toHaveBeenCalledExactlyOnceWith('late');
});

it('after the stop nothing runs, neither what was planned before nor what is planned later', () => {
  const run = vi.fn();
  const alarm = new TaskAlarm(run);
  alarm.set('before', Date.now() + 10);
  alarm.stop();
  // A request that was under way still plans what it leads to.
  alarm.set('later', Date.now() + 10);
  vi.advanceTimersByTime(1_000);
  expect(run).not.toHaveBeenCalled();
});
