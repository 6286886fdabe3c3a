import { missing } from './adapter-case.js';
import type { AdapterTrial } from './adapter-trial.js';

/** An undo undoes what it is asked for, however often it is asked, and nothing else. */
export function testUndo({ given, forward, backward, test, expect }: AdapterTrial): void {
  const { effects, undo, beside } = given;
  const { contract } = given.step;
  const opensNothing = `the contract of ${contract.name} opens nothing that has an undo`;
  const unlessUndone = undo || contract.opens?.undo ? missing('undo', undo) : opensNothing;

  const undoes = async (input: unknown, key: string, sagaId?: string, attempt = 1) => {
    const output = await backward?.run(undo?.input(input), key, {
      attempt,
      ...(sagaId !== undefined && { sagaId }),
    });
    expect(undo?.step.contract.output.safeParse(output).success).toBe(true);
  };

  test(unlessUndone, 'is undone, and undoing twice is fine', async () => {
    const input = given.input();
    await forward.run(input, 'key-undone');
    for (const attempt of [1, 2]) await undoes(input, 'key-undo', undefined, attempt);
    expect(await effects(input)).toBe(0);
  });

  test(unlessUndone, 'can be undone where it never took effect', async () => {
    const input = given.input();
    await undoes(input, 'key-nothing');
    expect(await effects(input)).toBe(0);
  });

  /** Undoes the second of three: an undo that takes the first that it finds, the last, or all, takes a wrong one. */
  const afterUndoOfSecond = async (inputs: readonly unknown[], sagaOf: (index: number) => string) => {
    for (const [index, input] of inputs.entries())
      await forward.run(input, 'key-alone', { sagaId: sagaOf(index) });
    await undoes(inputs[1], 'key-undo-alone', sagaOf(1));
    const left = await Promise.all(inputs.map((input) => effects(input)));
    const found = async (index: number) =>
      (await forward.probe(inputs[index], 'key-alone', { sagaId: sagaOf(index) }))?.kind;
    return contract.probe ? [left, await found(0), await found(2)] : [left];
  };
  const othersStay = contract.probe ? [[1, 0, 1], 'landed', 'landed'] : [[1, 0, 1]];

  test(unlessUndone, 'is undone alone: what other sagas have opened stays', async () => {
    const inputs = [given.input(), given.input(), given.input()];
    expect(await afterUndoOfSecond(inputs, (index) => `saga-${index}`)).toEqual(othersStay);
  });

  const unlessBeside = unlessUndone ?? missing('beside', beside);
  test(unlessBeside, 'is undone alone: what its own saga has opened beside it stays', async () => {
    const input = given.input();
    const inputs = [beside?.(input), input, beside?.(input)];
    expect(await afterUndoOfSecond(inputs, () => 'saga-beside')).toEqual(othersStay);
  });
}
