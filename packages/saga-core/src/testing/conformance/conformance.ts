import { describeAdministration } from './administration-chapter.js';
import { describeCompensation } from './compensation-chapter.js';
import type { CreateHost, TestTools } from './conformance-host.js';
import { describeEvents } from './events-chapter.js';
import { describeHistory } from './history-chapter.js';
import { describeParking } from './parking-chapter.js';
import { type ChapterTools, Scenario } from './scenario.js';
import { describeShapes } from './shapes-chapter.js';
import { describeSteps } from './steps-chapter.js';
import { describeTimers } from './timers-chapter.js';
import { describeUnwinding } from './unwinding-chapter.js';
import { describeVersions } from './versions-chapter.js';

/**
 * States, as tests, what every runner does at the border that a user sees. Runs in the test framework that is given,
 * each test on a host of its own.
 *
 * @example
 * conformance({ describe, it, expect }, async (request) => hostFor(request));
 */
export function conformance({ describe, it, expect }: TestTools, createHost: CreateHost): void {
  const test: ChapterTools['test'] = (name, body) => {
    const run = () => Scenario.run(createHost, body);
    it(name, run);
  };
  const tools = { describe, test, expect };
  describeSteps(tools);
  describeCompensation(tools);
  describeUnwinding(tools);
  describeParking(tools);
  describeEvents(tools);
  describeTimers(tools);
  describeShapes(tools);
  describeAdministration(tools);
  describeHistory(tools);
  describeVersions(tools);
}
