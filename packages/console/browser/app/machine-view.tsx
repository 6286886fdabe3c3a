import type { StateCount } from '@countermand/runner-postgres';
import { useMemo } from 'preact/hooks';
import type { MachineAnswer } from '../../src/wire.js';
import type { Heat, StatechartMarks } from '../statechart/statechart-marks.js';
import { api } from './api.js';
import { ChartView } from './chart-view.js';
import { count, duration } from './format.js';
import { LiveDot } from './live-dot.js';
import { go, href } from './router.js';
import { STATUSES, StatusBadge } from './status-badge.js';
import { useLive } from './use-live.js';

/** One machine: its statechart as a heat map of where its sagas are, and a table of the same. */
export function MachineView({ name, query }: { readonly name: string; readonly query: URLSearchParams }) {
  const version = query.get('version') ?? undefined;
  const watch = `machine=${encodeURIComponent(name)}`;
  const { value, error, isLive } = useLive(`${name} ${version}`, watch, () => api.machine(name, version));
  const marks = useMemo(() => heatOf(value), [value]);
  const listOf = (path: string) =>
    go(`sagas?type=${encodeURIComponent(name)}&state=${encodeURIComponent(path)}`);
  return (
    <>
      <div class="title">
        <h1>{name}</h1>
        {value && value.versions.length > 1 && (
          <select
            aria-label="Version"
            value={version ?? String(value.versions[0])}
            onChange={(event) =>
              go(`machines/${encodeURIComponent(name)}?version=${event.currentTarget.value}`)
            }
          >
            {value.versions.map((one) => (
              <option key={one} value={one}>
                v{one}
              </option>
            ))}
          </select>
        )}
        <LiveDot isLive={isLive} />
        <span class="grow" />
        {value &&
          STATUSES.map((status) => (
            <a
              key={status}
              class="tally-link"
              href={href(`sagas?type=${encodeURIComponent(name)}&status=${status}`)}
            >
              <StatusBadge status={status} /> {value.survey.isEstimated && status === 'rest' ? 'about ' : ''}
              {count(value.survey.statuses[status])}
            </a>
          ))}
      </div>
      {error && <p class="notice notice-bad">{error.message}</p>}
      {value && (
        <>
          <div class="card whole">
            <ChartView graph={value.graph} marks={marks} onSelect={listOf} />
            <p class="quiet small legend">
              The warmer, the more sagas. Below a state: how long half of them stay. A state leads to its
              sagas.
              {!value.survey.isComplete &&
                ' There are more than are counted: these are the newest 20,000 of each status.'}
              {value.survey.isEstimated &&
                ' How many are at rest is estimated from a part of them, and may miss a state that hardly any is in.'}{' '}
              Times are those of the newest {count(value.survey.sampled)} sagas.
            </p>
          </div>
          <StatesTable name={name} answer={value} />
        </>
      )}
    </>
  );
}

function StatesTable({ name, answer }: { readonly name: string; readonly answer: MachineAnswer }) {
  const counts = new Map(answer.survey.states.map((one) => [one.path, one]));
  return (
    <div class="card scroll">
      <table class="plain">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col" class="number">
              Now
            </th>
            <th scope="col" class="number">
              Parked
            </th>
            <th scope="col" class="number">
              Half stay up to
            </th>
            <th scope="col" class="number">
              95 % up to
            </th>
            <th scope="col" class="number">
              Unmoved for
            </th>
          </tr>
        </thead>
        <tbody>
          {answer.graph.states.map(({ path, name: own }) => {
            const one = counts.get(path);
            return (
              <tr key={path}>
                <td style={{ paddingInlineStart: `${path.split('.').length * 14}px` }}>
                  <a href={href(`sagas?type=${encodeURIComponent(name)}&state=${encodeURIComponent(path)}`)}>
                    {own}
                  </a>
                </td>
                <td class="number">{one ? count(total(one)) : 0}</td>
                <td class="number">{one?.now.parked ? <b class="bad">{one.now.parked}</b> : ''}</td>
                <td class="number">{one?.stays ? duration(one.stays.medianMs) : ''}</td>
                <td class="number">{one?.stays ? duration(one.stays.p95Ms) : ''}</td>
                <td class="number">{one?.longestMs === undefined ? '' : duration(one.longestMs)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

/** Heat grows with the logarithm: ten and a thousand differ as a thousand and a hundred thousand do. */
function heatOf(answer: MachineAnswer | undefined): StatechartMarks {
  const states = answer?.survey.states ?? [];
  const most = Math.max(1, ...states.map(total));
  const heat = states.flatMap((one): [string, Heat][] => {
    const all = total(one);
    const { stays, now } = one;
    if (all === 0 && !stays) return [];
    return [
      [
        one.path,
        {
          level: Math.log1p(all) / Math.log1p(most),
          ...(all > 0 && { badge: count(all) }),
          ...(stays && { note: duration(stays.medianMs) }),
          ...(now.parked > 0 && { alert: `${count(now.parked)} parked` }),
        },
      ],
    ];
  });
  return { heat: Object.fromEntries(heat) };
}

function total({ now }: StateCount): number {
  return now.running + now.compensating + now.parked + now.rest;
}
