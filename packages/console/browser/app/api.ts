import type {
  ActAnswer,
  ErrorAnswer,
  ForeseeAnswer,
  MachineAnswer,
  MachinesAnswer,
  MeAnswer,
  SagaAnswer,
  SagasAnswer,
  WireAct,
} from '../../src/wire.js';

/** What the server said no to, with its own words. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

async function ask<Answer>(path: string, init?: RequestInit): Promise<Answer> {
  // Redirects lead to a page where one signs in; that page is for people.
  const response = await fetch(new URL(`api/${path}`, document.baseURI), { ...init, redirect: 'manual' });
  if (response.type === 'opaqueredirect' || response.status === 401) {
    throw new ApiError(401, 'UNAUTHENTICATED', 'You are signed out. Load the page again to sign in.');
  }
  if (response.ok) return (await response.json()) as Answer;
  const { code, message } = (await response.json().catch(() => ({
    code: 'UNAVAILABLE',
    message: `The server answers ${response.status}.`,
  }))) as ErrorAnswer;
  throw new ApiError(response.status, code, message);
}

function post<Answer>(path: string, body: unknown): Promise<Answer> {
  const headers = { 'content-type': 'application/json', 'x-countermand-console': '1' };
  return ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
}

const sagaPath = (id: string) => `sagas/${encodeURIComponent(id)}`;

/** The server's side of the console. */
export const api = {
  me: () => ask<MeAnswer>('me'),
  sagas: (query: URLSearchParams) => ask<SagasAnswer>(`sagas?${query}`),
  saga: (id: string) => ask<SagaAnswer>(sagaPath(id)),
  machines: () => ask<MachinesAnswer>('machines'),
  machine: (name: string, version: string | undefined) =>
    ask<MachineAnswer>(
      `machines/${encodeURIComponent(name)}${version === undefined ? '' : `?version=${version}`}`,
    ),
  foresee: (id: string, act: WireAct) => post<ForeseeAnswer>(`${sagaPath(id)}/foresee`, { act }),
  act: (id: string, act: WireAct, reason: string) => post<ActAnswer>(`${sagaPath(id)}/acts`, { act, reason }),
};
