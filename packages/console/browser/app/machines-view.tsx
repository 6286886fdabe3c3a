import { api } from './api.js';
import { count } from './format.js';
import { LiveDot } from './live-dot.js';
import { href } from './router.js';
import { STATUSES, StatusBadge } from './status-badge.js';
import { useLive } from './use-live.js';

/** Every machine that the server knows, with how many of its sagas are how. */
export function MachinesView() {
  const { value, error, isLive } = useLive('machines', 'list', api.machines);
  return (
    <>
      <div class="title">
        <h1>Machines</h1>
        <LiveDot isLive={isLive} />
      </div>
      {error && <p class="notice notice-bad">{error.message}</p>}
      <div class="cards">
        {value?.items.map(({ name, versions, survey }) => (
          <a key={name} class="card machine-card" href={href(`machines/${encodeURIComponent(name)}`)}>
            <h2>{name}</h2>
            <p class="quiet">{versions.map((version) => `v${version}`).join(', ')}</p>
            <dl class="tallies">
              {STATUSES.map((status) => (
                <div key={status}>
                  <dt>
                    <StatusBadge status={status} />
                  </dt>
                  <dd>
                    {survey.isEstimated && status === 'rest' ? 'about ' : ''}
                    {count(survey.statuses[status])}
                    {survey.isComplete || status === 'rest' ? '' : '+'}
                  </dd>
                </div>
              ))}
            </dl>
          </a>
        ))}
      </div>
    </>
  );
}
