import { expect, it } from 'vitest';
import { orchestratorSettings, participantsSettings, readSettings } from './settings.ts';

it('an empty setting is the default', () => {
  const empty = { HOST: '', LOG_LEVEL: '', PARTICIPANTS_PORT: '', GATEWAY_PORT: '', SIMULATION: '' };
  expect(readSettings('participants', participantsSettings, empty)).toEqual({
    ...{ HOST: '127.0.0.1', LOG_LEVEL: 'info', SIMULATION: 'false' },
    ...{ PARTICIPANTS_PORT: 50_052, GATEWAY_PORT: 50_053 },
  });
  const needed = {
    ...{ DATABASE_URL: 'postgres://127.0.0.1/cart', GATEWAY_ADDRESS: '127.0.0.1:1' },
    ...{ PARTICIPANTS_ADDRESS: '127.0.0.1:2', ORDERS_ADDRESS: '127.0.0.1:3' },
  };
  const given = { ...needed, ORCHESTRATOR_PORT: '', STEP_ATTEMPTS: '' };
  expect(readSettings('orchestrator', orchestratorSettings, given)).toMatchObject({
    ...{ ORCHESTRATOR_PORT: 50_050, STEP_ATTEMPTS: 8 },
  });
});
