import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { possibleCauses } from '../../check/possible-causes.js';
import { decide } from '../../decide.js';
import type { Envelope } from '../../envelope.js';
import { leavesOfValue } from '../../migrate-envelope.js';
import { type KeptVersion, keepVersion } from '../../test-support/kept-version.js';
import { examineUpgrade, upgradeSaga } from '../../upgrade-saga.js';
import { viewSaga, whatNext } from '../../view.js';
import { orderCheck } from '../order-check.js';
import { createOrderSaga } from '../order-saga.js';

const saga = createOrderSaga();
const here = new URL('./', import.meta.url);
const read = (file: string) => JSON.parse(readFileSync(new URL(file, here), 'utf8')) as KeptVersion;
const kept = (version: number) => readdirSync(here).includes(`order-${version}.json`);

// KEEP_VERSIONS=1 writes the version as it is now, unless it has been released.
if (process.env['KEEP_VERSIONS'] && !(kept(saga.version) && read(`order-${saga.version}.json`).releasedIn)) {
  const lines = keepVersion(saga, orderCheck(1));
  const envelopes = lines.envelopes.map((one) => `    ${JSON.stringify(one)}`).join(',\n');
  const text = JSON.stringify({ ...lines, envelopes: [] }, undefined, 2);
  const body = text.replace('"envelopes": []', () => `"envelopes": [\n${envelopes}\n  ]`);
  writeFileSync(new URL(`order-${saga.version}.json`, here), `${body}\n`);
}

/** A version that isn't released yet may still change its structure; its file is a draft until then. */
function versionIn(file: string): KeptVersion {
  const version = read(file);
  const isDraft = version.releasedIn === null && version.version === saga.version;
  return isDraft && version.fingerprint !== saga.fingerprint ? keepVersion(saga, orderCheck(1)) : version;
}

/** As the saga is to be decided today: in its own version, or moved to this one. */
function today(envelope: Envelope): Envelope {
  if (envelope.version === saga.version) return envelope;
  return upgradeSaga(saga, envelope, { type: 'upgrade', to: saga.version, actor: 'test' }, AT).envelope;
}

const AT = 10_000_000;
const causes = possibleCauses(saga, orderCheck(1).samples ?? {});

describe.each(readdirSync(here).filter((file) => file.endsWith('.json')))('the orders of %s', (file) => {
  const version = versionIn(file);

  it('stand in every state that the machine had', () => {
    const states = version.structure.flatMap((line) => /^state (\S+) (?:atomic|final)/.exec(line)?.[1] ?? []);
    const stood = new Set(version.envelopes.flatMap(({ snapshot }) => leavesOfValue(snapshot.value)));
    expect(states.filter((state) => !stood.has(state))).toEqual([]);
  });

  it('are of this version, or can move to it', () => {
    const verdicts = version.envelopes.map((envelope) =>
      examineUpgrade(saga, envelope, { structure: version.structure }),
    );
    expect(verdicts.filter(({ verdict }) => verdict !== 'same' && verdict !== 'can-move')).toEqual([]);
  });

  it('are decided by the code of today, whatever happens to them next', () => {
    let decided = 0;
    for (const envelope of version.envelopes.map(today)) {
      const beside = { steps: [], createdAt: 0, updatedAt: 0 };
      expect(viewSaga(saga, envelope, beside)).toMatchObject({ id: 'kept' });
      expect(whatNext(saga, envelope).waitingFor).toBeInstanceOf(Array);
      for (const cause of [...causes.inside(envelope), ...causes.outside(envelope)]) {
        const next = decide(saga, envelope, cause, AT);
        expect(next.envelope.parked.filter(({ code }) => code === 'DECIDE_FAILED')).toEqual([]);
        decided += 1;
      }
    }
    expect(decided).toBeGreaterThan(version.envelopes.length);
  });
});

it('an order that somebody tampered with is not decided', () => {
  const [envelope] = keepVersion(saga, orderCheck(1), 1).envelopes;
  if (!envelope) throw new Error('there is no envelope');
  const cause = { type: 'timer', id: 'x', visit: 1 } as const;
  const other = { ...envelope, fingerprint: '0'.repeat(16) };
  expect(() => decide(saga, other, cause, AT)).toThrow(/another structure/);
  const nowhere = { ...envelope, snapshot: { ...envelope.snapshot, value: 'NOWHERE' } };
  expect(() => decide(saga, nowhere, cause, AT)).toThrow(/has no state 'NOWHERE'/);
});
