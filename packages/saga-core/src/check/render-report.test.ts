import { describe, expect, test } from 'vitest';
import { BROKEN } from '../test-support/check-corpus/broken-machines.js';
import { deed, smallSaga } from '../test-support/check-corpus/small-saga.js';
import { SOUND } from '../test-support/check-corpus/sound-machines.js';
import { group } from '../testing/conformance/group-saga.js';
import { checkSaga } from './check-saga.js';
import { renderReport, renderReports } from './render-report.js';
import { renderTrace } from './render-trace.js';

const REACHED = 'bounds that were reached, beyond which nothing was explored:';
const brokenOnes = BROKEN.map(({ saga }) => saga);

describe('a report for people', () => {
  test.each(brokenOnes)('of $name has no line that a terminal of 80 columns would break', (saga) => {
    const lines = renderReport(checkSaga(saga)).split('\n');
    // A line of code is there to be copied.
    const long = lines.filter((line) => line.length > 80 && !line.includes('withCheckOptions'));
    expect(long).toEqual([]);
  });

  test('says once what several sagas have in common, and of whom the rest is', () => {
    const [one, other] = brokenOnes.slice(0, 2).map((saga) => checkSaga(saga));
    if (!one || !other) throw new Error('the corpus is empty');
    const text = renderReports(
      [
        { ...one, reached: ['both stop here', 'the first stops here'] },
        { ...other, reached: ['both stop here'] },
      ],
      { verbose: true },
    );
    expect(text).toContain(`
bounds that were reached, beyond which nothing was explored:
  - both stop here
  of ${one.saga} 1:
  - the first stops here
`);
    expect(text.split('\nassumed:\n')).toHaveLength(2);
  });

  test('shows a way once that leads to several things', () => {
    const [first] = brokenOnes.map((saga) => checkSaga(saga));
    const finding = first?.findings.find(({ rule }) => rule === 'obligation-left-open');
    if (!first || !finding) throw new Error('the corpus has no leak');
    const text = renderReport({ ...first, findings: [finding, { ...finding, message: 'and another' }] });
    expect(text).toContain(`${finding.message}\n  and another\n   0. start`);
    expect(text.split(' 0. start')).toHaveLength(2);
  });

  test('counts in words that fit', () => {
    const [first] = brokenOnes;
    expect(first && renderReport(checkSaga(first))).toMatch(
      /^explored: \d+ states and \d+ transitions, up to \d+ things? after the start$/m,
    );
  });
});

describe('a report that found nothing', () => {
  const travel = SOUND.find(({ name }) => name === 'travel-booking');
  const report = travel && checkSaga(travel);
  if (!report) throw new Error('the corpus has no travel booking');

  test('says in few lines what was explored, how, and what was assumed', () => {
    const { states, transitions, depth } = report.explored;
    expect(renderReport(report)).toBe(`travel-booking 1: sound
explored: ${states} states and ${transitions} transitions, up to ${depth} things after the start

reduced: looked at once were states that differ only in times, visits, order or
  what nothing asks for any more
assumed: adapters keep their contracts, and undos succeed
npx countermand check --verbose tells in full: ${report.assumptions.length} assumptions, ${report.bounds.length} reductions`);
  });

  test('says all of it where that is wanted', () => {
    const text = renderReport(report, { verbose: true, width: 10_000 });
    for (const line of [...report.assumptions, ...report.bounds]) expect(text).toContain(`  - ${line}`);
    expect(text).not.toContain('--verbose');
  });

  test('tells bounds that were reached in full, for they bound the verdict', () => {
    const reached = ['a saga with more than 4 instances of seat was not followed further'];
    const text = renderReport({ ...report, verdict: 'sound up to bounds', reached });
    expect(text).toContain(`${REACHED}\n  - ${reached[0]}\n`);
  });

  test('says whose it is what holds for one of several only', () => {
    const inShort = { ...report.inShort, assumed: ['the moon is round', ...report.inShort.assumed] };
    const text = renderReports([report, { ...report, case: 'at night', inShort }], { width: 200 });
    expect(text).toContain('; the moon is round (at night)');
    expect(text.split('adapters keep their contracts')).toHaveLength(2);
  });
});

describe('a report that found something', () => {
  const [report] = brokenOnes.map((saga) => checkSaga(saga));
  if (!report) throw new Error('the corpus is empty');

  test('shows that first, and of what was assumed no more than how much it is', () => {
    const text = renderReport({ ...report, reached: ['it stops here'] });
    expect(text).toMatch(/^\S+ 1: 1 finding\n\n\S+: .*\n {2}\S.*\n {3}0\. start/);
    expect(text).not.toContain('it stops here');
    expect(text).not.toContain('assumed:');
    const told = `tells in full: 1 bound that was reached, ${report.assumptions.length} assumptions`;
    expect(text.replaceAll(/\s+/g, ' ')).toContain(told);
  });

  test('stands before those that found nothing', () => {
    const sound = { ...report, saga: 'well', verdict: 'sound' as const, sound: true, findings: [] };
    const text = renderReports([sound, report]);
    expect(text.indexOf(`${report.saga} 1: 1 finding`)).toBe(0);
    expect(text).toContain('\nwell 1: sound\n');
  });

  test('names once what was accepted for one reason', () => {
    const [finding] = report.findings;
    if (!finding) throw new Error('nothing was found');
    const reason = 'seats are free here';
    const suppressed = ['seat in gone', 'seat in done'].map((subject) => ({ ...finding, subject, reason }));
    const accepted = { ...report, verdict: 'sound' as const, findings: [], suppressed };
    expect(renderReport(accepted)).toContain(`
accepted:
  ${finding.rule} of seat in gone, seat in done
    for ${reason}
`);
    expect(renderReport(accepted, { verbose: true })).toContain(`  ${finding.rule}: ${finding.message}`);
  });
});

describe('a trace', () => {
  test('stands in two columns, and what has no room goes on in a line of its own', () => {
    const trace = [
      { what: 'start', state: 'A', open: ['seat:x?'] },
      { what: 'step holdSeat: no answer, nobody knows whether it took effect', state: 'B', open: [] },
      { what: 'timer TTL fires', state: { a: 'one' }, open: ['seat:x', 'money:y', 'room:z'] },
    ];
    expect(renderTrace(trace, 70)).toEqual([
      ' 0. start            -> A       open: seat:x?',
      ' 1. step holdSeat: no answer, nobody knows whether it took effect',
      '                     -> B',
      ' 2. timer TTL fires  -> a.one   open: seat:x, money:y, room:z',
    ]);
    expect(renderTrace(trace, 58)).toEqual([
      ' 0. start',
      '      -> A       open: seat:x?',
      ' 1. step holdSeat: no answer, nobody knows whether it took',
      '    effect',
      '      -> B',
      ' 2. timer TTL fires',
      '      -> a.one   open: seat:x, money:y, room:z',
    ]);
  });
});

describe('guards that are taken both ways', () => {
  /** Asks the same twice: only a guard that changes its mind leads to the leak. */
  const asksTwice = smallSaga('asks-twice', {
    steps: [deed('give'), deed('hold', { opens: 'seat', undo: deed('give') })],
    guards: { isWanted: () => true },
    machine: {
      initial: 'asking',
      states: {
        asking: { always: [{ guard: 'isWanted', target: 'holding' }, { target: 'gone' }] },
        holding: { invoke: { src: 'hold', input: () => ({}), onDone: 'held', onError: 'undoing' } },
        held: { always: [{ guard: 'isWanted', target: 'kept' }, { target: 'gone' }] },
        kept: { tags: ['rest'], meta: { keeps: ['seat'] } },
        undoing: { invoke: { src: 'compensate', onDone: 'gone' } },
        gone: { tags: ['rest'] },
      },
    },
  });

  test('are named where one way needs both, with how to have them asked', () => {
    const report = checkSaga(asksTwice);
    expect(report.findings).toMatchObject([
      { rule: 'obligation-left-open', guessed: { guards: ['isWanted'], input: null } },
    ]);
    const text = renderReport(report);
    expect(text).toContain('! on this way isWanted says both yes and no of the same context');
    expect(text).toContain('    withCheckOptions(saga, { samples: { input: [{}] } })');
  });

  test('are asked with samples of the input, and then nothing is left over', () => {
    const { findings } = checkSaga(asksTwice, { samples: { input: [{}] } });
    expect(findings.map(({ rule }) => rule)).not.toContain('obligation-left-open');
  });

  test('are not named where the way needs one answer of each', () => {
    const forgets = brokenOnes.find(({ name }) => name === 'a-guard-forgets');
    const [finding] = forgets ? checkSaga(forgets).findings : [];
    expect(finding?.trace.some(({ guards }) => guards)).toBe(true);
    expect(finding).not.toHaveProperty('guessed');
  });

  test('are seen below every way on which they were guessed', () => {
    const forgets = brokenOnes.find(({ name }) => name === 'a-guard-forgets');
    const report = forgets && checkSaga(forgets);
    const guesses = report?.findings[0]?.guesses;
    expect(guesses).toHaveLength(1);
    expect(report && renderReport(report)).toContain(`  ! guessed: ${guesses?.[0]}\n`);
  });
});

describe('names that are given in vain', () => {
  test('are told, for they change nothing', () => {
    const samples = { input: [{ seats: ['a', 'b'] }] };
    const report = checkSaga(group, { samples, ignore: ['gott', 'refused'], alike: ['a', 'bee'] });
    expect(report.vain).toEqual([
      "ignore: the context never has 'gott'; did you mean 'got'?",
      "alike: nothing in the saga is ever called 'bee'",
    ]);
    expect(renderReport(report)).toContain(`
named in vain:
  ignore: the context never has 'gott'; did you mean 'got'?
`);
  });
});

describe('a saga that can not start', () => {
  const chokes = smallSaga('chokes-at-the-start', {
    steps: [],
    machine: {
      initial: 'a',
      context: () => {
        throw new Error('no seats');
      },
      states: { a: { always: 'b' }, b: { tags: ['rest'] }, c: { tags: ['rest'] } },
    },
  });

  test('is told once, with the reason', () => {
    const { findings, verdict } = checkSaga(chokes);
    expect(findings.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
      expect.stringMatching(
        /^machine-throws: the saga can't start without an input, .*: no seats$/,
      ) as string,
    ]);
    expect(verdict).toBe('broken');
  });
});
