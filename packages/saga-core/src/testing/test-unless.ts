import type { DefineTest } from './conformance/conformance-host.js';

/** Defines a test, or a skipped one that says why. */
export type TestUnless = (reason: string | undefined, title: string, body: () => Promise<void>) => void;

/** Tests of a framework, which may be skipped with a reason. */
export function testUnless(it: DefineTest): TestUnless {
  // Where the framework can't leave a test out, one that does nothing carries the reason.
  const leaveOut = it.skip ?? it;
  const nothing = () => Promise.resolve();
  return (reason, title, body) => {
    if (reason === undefined) it(title, body);
    else leaveOut(`${title} (skipped: ${reason})`, nothing);
  };
}
