import { listen } from '@countermand-examples/service-kit';
import type { Participant } from './participant.ts';

/** A participant that serves requests over HTTP as well. Where it can't listen it stops. @throws Error in one line */
export async function withHttp(
  participant: Participant,
  port: number,
  handler: (request: Request) => Response | Promise<Response>,
): Promise<Participant & { readonly url: string }> {
  try {
    const http = await listen({ HOST: '127.0.0.1', PORT: port }, handler);
    return {
      ...participant,
      url: http.url,
      async stop() {
        await http.close();
        await participant.stop();
      },
    };
  } catch (error) {
    await participant.stop();
    throw error;
  }
}
