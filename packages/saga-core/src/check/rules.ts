import type { Rule } from './rule.js';
import { answerIgnored } from './rules/answer-ignored.js';
import { closedUnderWay } from './rules/closed-under-way.js';
import { compensationAfterPivot } from './rules/compensation-after-pivot.js';
import { declineAfterPivot } from './rules/decline-after-pivot.js';
import { delayUnnamed } from './rules/delay-unnamed.js';
import { eventFromNobody } from './rules/event-from-nobody.js';
import { eventKeptInVain } from './rules/event-kept-in-vain.js';
import { eventNeverTaken } from './rules/event-never-taken.js';
import { eventUndeclared } from './rules/event-undeclared.js';
import { keepsUnopened } from './rules/keeps-unopened.js';
import { machineThrows } from './rules/machine-throws.js';
import { newsLost } from './rules/news-lost.js';
import { obligationLeftOpen } from './rules/obligation-left-open.js';
import { openedTwice } from './rules/opened-twice.js';
import { repeatUnsafe } from './rules/repeat-unsafe.js';
import { restUnreachable } from './rules/rest-unreachable.js';
import { stateUnreachable } from './rules/state-unreachable.js';
import { stepErrorUnhandled } from './rules/step-error-unhandled.js';
import { undoMissing } from './rules/undo-missing.js';
import { undoNeverOpen } from './rules/undo-never-open.js';
import { undoUnsafe } from './rules/undo-unsafe.js';
import { waitWithoutTimeout } from './rules/wait-without-timeout.js';

/** Every rule of the check, the gravest first. */
export const CHECK_RULES: readonly Rule[] = [
  obligationLeftOpen,
  openedTwice,
  closedUnderWay,
  compensationAfterPivot,
  keepsUnopened,
  newsLost,
  undoMissing,
  undoNeverOpen,
  undoUnsafe,
  repeatUnsafe,
  stepErrorUnhandled,
  answerIgnored,
  waitWithoutTimeout,
  restUnreachable,
  eventFromNobody,
  eventUndeclared,
  eventKeptInVain,
  eventNeverTaken,
  declineAfterPivot,
  machineThrows,
  delayUnnamed,
  stateUnreachable,
];
