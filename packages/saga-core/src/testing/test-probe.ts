import { isLater } from '../answer.js';
import type { AdapterCaller } from './adapter-caller.js';
import type { AdapterTrial } from './adapter-trial.js';

/** A probe tells what became of the step under the key that it is asked about, and of nothing else. */
export function testProbe({ given, forward, test, expect }: AdapterTrial): void {
  const { contract } = given.step;
  const unlessProbe = contract.probe ? undefined : `the contract of ${contract.name} has no probe`;

  test(unlessProbe, 'is found by its probe once it has taken effect, and not before', async () => {
    const input = given.input();
    expect((await forward.probe(input, 'key-probe'))?.kind).toBe('notLanded');
    await forward.run(input, 'key-probe');
    const found = await forward.probe(input, 'key-probe');
    expect(found?.kind).toBe('landed');
    expect(contract.output.safeParse(outputOf(found)).success).toBe(true);
  });

  const apart = 'is found by its probe, and another one is not until it has taken effect';
  test(unlessProbe, apart, async () => {
    const [input, other] = [given.input(), given.input()];
    const answer = await forward.run(input, 'key-found');
    expect((await forward.probe(other, 'key-found'))?.kind).toBe('notLanded');
    const otherAnswer = await forward.run(other, 'key-found');
    const found = [await forward.probe(input, 'key-found'), await forward.probe(other, 'key-found')];
    expect(found.map((one) => one?.kind)).toEqual(['landed', 'landed']);
    // Where the participant answered each something else, so must the probe.
    const isTold = ![answer, otherAnswer].some(isLater) && text(answer) !== text(otherAnswer);
    const [one, another] = found.map((said) => text(outputOf(said)));
    expect(isTold && one === another ? 'the same output for both' : 'fine').toBe('fine');
  });

  const byInstance = `the contract of ${contract.name} says idempotentBy: 'instance'`;
  const unlessByKey = unlessProbe ?? (contract.opens?.idempotentBy === 'instance' ? byInstance : undefined);
  test(unlessByKey, 'is not found by its probe under another key', async () => {
    const input = given.input();
    await forward.run(input, 'key-mine');
    expect((await forward.probe(input, 'key-other'))?.kind).toBe('notLanded');
  });
}

function outputOf(found: Awaited<ReturnType<AdapterCaller['probe']>>): unknown {
  return found && 'output' in found ? found.output : undefined;
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? '';
}
