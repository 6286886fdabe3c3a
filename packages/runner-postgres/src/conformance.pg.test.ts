import { conformance } from '@countermand/saga-core/testing';
import { describe, expect, it } from 'vitest';
import { hostWith } from './test-support/host-with.js';

describe.each([{ followUp: true }, { followUp: false }])('with followUp $followUp', ({ followUp }) => {
  conformance({ describe, it, expect }, hostWith(followUp));
});
