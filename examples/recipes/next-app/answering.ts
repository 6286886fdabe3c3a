import { problemOf } from '../src/frameworks/problem-of.ts';

/** A route handler that answers with a problem where the runner refuses. */
export function answering<Rest extends unknown[]>(
  handle: (request: Request, ...rest: Rest) => Promise<Response>,
): (request: Request, ...rest: Rest) => Promise<Response> {
  return async (request, ...rest) => {
    try {
      return await handle(request, ...rest);
    } catch (error) {
      const problem = problemOf(error);
      if (!problem) throw error;
      return Response.json(problem, { status: problem.status });
    }
  };
}
