import { describe, expect, test } from 'vitest';
import { BROKEN } from '../test-support/check-corpus/broken-machines.js';
import { GIVES_BACK_UNHEARD } from '../test-support/check-corpus/settled-by-input.js';
import { failed, invoke, smallSaga } from '../test-support/check-corpus/small-saga.js';
import { travel } from '../test-support/check-corpus/travel-steps.js';
import { mutationsOf } from '../test-support/mutations-of.js';
import { group } from '../testing/conformance/group-saga.js';
import { checkSaga } from './check-saga.js';
import { findingToMermaid } from './finding-to-mermaid.js';
import { renderReport } from './render-report.js';
import { withCheckOptions } from './with-check-options.js';

const [leak] = BROKEN;
if (!leak) throw new Error('the corpus is empty');

describe('checkSaga', () => {
  test('tells of a step that is refused while the saga undoes as that, and not as one that runs again', () => {
    const on = { GO: {} };
    const saga = smallSaga('begins-anew-while-it-undoes', {
      steps: travel,
      events: { GO: {} },
      machine: {
        initial: 'holding',
        states: {
          holding: { ...invoke('holdSeat', 'held'), on },
          held: { tags: ['rest'], meta: { keeps: ['seat'] }, on: { GO: 'undoing' } },
          undoing: { invoke: { src: 'compensate', onDone: 'gone' }, on: { GO: 'again' } },
          again: { invoke: { id: 'again', src: 'holdSeat', input: () => ({}), onDone: 'held' }, on },
          gone: { tags: ['rest'], on },
          failed: { ...failed, on },
        },
      },
    });
    const rules = checkSaga(saga).findings.map(({ rule }) => rule);
    expect(rules).toContain('step-error-unhandled');
    expect(rules).not.toContain('opened-twice');
  });

  test('has an action of which nobody hears leave in doubt what it was to close, as a runner does', () => {
    const [finding] = checkSaga(GIVES_BACK_UNHEARD).findings;
    expect(finding?.trace.at(-1)).toMatchObject({
      what: expect.stringContaining('no answer'),
      open: ['stock:x?'],
    });
  });

  test('says of an event on which the machine throws that it throws, and not that nothing takes it', () => {
    const saga = smallSaga('waits-a-negative-time', {
      steps: travel,
      events: { WAIT: {} },
      delays: { DAYS: () => -1 },
      machine: {
        initial: 'asking',
        states: {
          asking: { after: { SOON: 'done' }, on: { WAIT: 'waiting' } },
          waiting: { after: { DAYS: 'done' }, on: { WAIT: {} } },
          done: { tags: ['rest'], on: { WAIT: {} } },
        },
      },
    });
    const rules = checkSaga(saga).findings.map(({ rule }) => rule);
    expect(rules).toContain('machine-throws');
    expect(rules).not.toContain('event-never-taken');
  });

  test('says in plain words that a step answers which the machine has left', () => {
    const left = BROKEN.find(({ saga }) => saga.name === 'leaves-a-step-behind');
    const [finding] = checkSaga(left?.saga ?? leak.saga).findings;
    expect(finding?.trace.at(-1)?.what).toBe('step bookRoom, which was left: done');
  });

  test('lists what is accepted, with the reason, and no longer counts it', () => {
    const suppress = [{ rule: 'obligation-left-open', subject: 'seat', reason: 'seats are free here' }];
    const report = checkSaga(leak.saga, { suppress });
    expect(report).toMatchObject({
      sound: true,
      findings: [],
      suppressed: [{ reason: 'seats are free here' }],
    });
    expect(renderReport(report)).toContain('for seats are free here');
  });

  test('names what is accepted in vain', () => {
    const suppress = [
      { rule: 'obligation-left-open', subject: 'seat', reason: 'seats are free here' },
      { rule: 'obligation-left-open', subject: 'money', reason: 'money is, too' },
      { rule: 'answer-ignored', reason: 'nobody listens' },
    ];
    const report = checkSaga(leak.saga, { suppress });
    expect(report).toMatchObject({ sound: true, unneeded: suppress.slice(1) });
    expect(renderReport(report)).toContain(`accepted in vain, for nothing is found that they mean:
  obligation-left-open of 'money'
    for money is, too
  answer-ignored
    for nobody listens`);
  });

  test('does not call in vain what it has not looked for to the end', () => {
    const suppress = [{ rule: 'answer-ignored', reason: 'nobody listens' }];
    expect(checkSaga(leak.saga, { suppress, stopAtFirst: true }).unneeded).toEqual([]);
  });

  test.each([
    [{ rule: 'obligation-left-open', reason: '' }, "say with 'reason' why obligation-left-open is all right"],
    [
      { rule: 'obligation-left-open', subject: 'seat', reason: ' ' },
      "say with 'reason' why obligation-left-open of 'seat' is all right",
    ],
    [{ rule: 'obligation-left-open' }, "say with 'reason' why obligation-left-open is all right"],
    [{ rule: 'leak', reason: 'seats are free here' }, "there is no rule 'leak'; there are answer-ignored, "],
    [{ rule: 'answer-ignored', subject: '', reason: 'so it is' }, "leave 'subject' out"],
  ])('refuses to accept %o', (suppression, told) => {
    const suppress = [suppression as { rule: string; reason: string }];
    expect(() => checkSaga(leak.saga, { suppress })).toThrow(told);
    expect(() => checkSaga(withCheckOptions(leak.saga, { suppress }))).toThrow(told);
  });

  test('proves nothing where it ends before everything was explored', () => {
    const report = checkSaga(leak.saga, {
      maxStates: 1,
      suppress: [{ rule: 'obligation-left-open', reason: 'any' }],
    });
    expect(report).toMatchObject({ sound: false, explored: { complete: false } });
    expect(report.verdict).toBe('not proved');
    expect(report.reached[0]).toContain('proves nothing');
  });

  test('finds the same with things that are alike told apart or not, and explores less', {
    timeout: 60_000,
  }, () => {
    const samples = { input: [{ seats: ['a', 'b'] }], events: { DROP: [{ seat: 'a' }, { seat: 'b' }] } };
    const apart = checkSaga(group, { samples });
    const alike = checkSaga(group, { samples, alike: ['a', 'b'] });
    const rulesOf = ({ findings }: typeof apart) => [...new Set(findings.map(({ rule }) => rule))];
    expect(rulesOf(alike)).toEqual(rulesOf(apart));
    expect(alike.explored.states).toBeLessThan(apart.explored.states);
  });

  test.each([{ name: 'as it is', saga: group }, ...mutationsOf(group)])(
    'comes to the same verdict on a group of seats $name, whether its seats are alike or told apart',
    { timeout: 60_000 },
    ({ saga }) => {
      const seats = ['a', 'b'];
      const samples = { input: [{ seats }], events: { DROP: seats.map((seat) => ({ seat })) } };
      const rulesOf = (alike: readonly string[]) =>
        checkSaga(saga, { samples, alike })
          .findings.map(({ rule, subject }) => `${rule} ${subject.replace(/\b[ab]\b/g, 'x')}`)
          .filter((line, index, lines) => lines.indexOf(line) === index)
          .sort();
      expect(rulesOf(seats)).toEqual(rulesOf([]));
    },
  );

  test('gives the same report for the same saga', () => {
    expect(checkSaga(leak.saga)).toEqual(checkSaga(leak.saga));
  });

  test('draws the way to what it found, with the leak in red', () => {
    const [finding] = checkSaga(leak.saga).findings;
    const drawn = finding ? findingToMermaid(finding) : '';
    expect(drawn).toContain('n0 -->|"step holdSeat: done"| n1');
    expect(drawn).toContain('class n1 leak');
  });

  test('draws how guards were taken to answer on it', () => {
    const forgets = BROKEN.find(({ saga }) => saga.name === 'a-guard-forgets');
    const [finding] = forgets ? checkSaga(forgets.saga).findings : [];
    expect(finding && findingToMermaid(finding)).toContain('n1 -->|"step verify: done; isWorthIt: no"| n2');
  });
});
