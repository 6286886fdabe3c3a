import { expect, test } from 'vitest';
import { group } from '../testing/conformance/group-saga.js';
import type { CheckOptions } from './check-options.js';
import { checkCases, checkSaga } from './check-saga.js';
import { withCheckOptions } from './with-check-options.js';

test.each<[CheckOptions, string]>([
  [
    { samples: { events: { CLOES: [{}] } } },
    "check: samples.events: saga 'group' has no public event 'CLOES'; did you mean 'CLOSE'?",
  ],
  [
    { samples: { events: { BUY: [{}] } } },
    "check: samples.events: saga 'group' has no public event 'BUY'; there are CLOSE, UNDO, DROP",
  ],
  [{ samples: { outputs: { reserv: [{}] } } }, "no step 'reserv'; did you mean 'reserve'?"],
  [{ samples: { declines: { Reserve: [] } } }, "no step 'Reserve'; did you mean 'reserve'?"],
  [
    { samples: { declines: { reserve: ['TAKN'] } } },
    "check: samples.declines: step 'reserve' is never declined with 'TAKN'; did you mean 'TAKEN'?",
  ],
  [{ samples: { details: { reserv: [{}] } } }, "samples.details: saga 'group' has no step 'reserv'"],
  [{ samples: { messages: { reserv: ['no'] } } }, "samples.messages: saga 'group' has no step 'reserv'"],
  [{ samples: { details: { release: [{}] } } }, "samples.details: step 'release' is never declined"],
  [
    { samples: { events: { DROP: [{ seat: 'a' }, { saet: 'b' }] } } },
    'check: samples.events.DROP[1] does not fit its schema: seat: Invalid input',
  ],
  [
    { samples: { outputs: { reserve: ['yes'] } } },
    'samples.outputs.reserve[0] does not fit its schema: it: ',
  ],
  [{ samples: { input: [{ seats: 1 }] } }, 'samples.input[0] does not fit its schema: seats: Invalid input'],
  [{ samples: { input: [] } }, 'check: samples.input is empty, so the saga never starts'],
  // What a JavaScript file gives no compiler has looked at.
  [{ sampels: {} } as CheckOptions, "check: there is no option 'sampels'; did you mean 'samples'?"],
  [{ samples: { event: {} } } as CheckOptions, "samples: there is no 'event'; did you mean 'events'?"],
])('refuses %o, which says nothing', (options, told) => {
  const refused = { code: 'SETTING_INVALID', message: expect.stringContaining(told) as string };
  expect(() => checkSaga(group, options)).toThrow(expect.objectContaining(refused));
  expect(() => checkCases(withCheckOptions(group, { also: [options] }))).toThrow(told);
});
