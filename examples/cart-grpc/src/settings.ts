import { readEnvironment } from '@countermand-examples/service-kit';
import { z } from 'zod';

const address = z.string().regex(/^[^:/\s]+:[0-9]+$/, 'must be HOST:PORT');
const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().min(1);
const base = {
  HOST: z.string().default('127.0.0.1'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
};

/** What the orchestrator is told by its environment. */
export const orchestratorSettings = z.object({
  ...base,
  ORCHESTRATOR_PORT: port.default(50_050),
  DATABASE_URL: z.string().min(1),
  GATEWAY_ADDRESS: address,
  PARTICIPANTS_ADDRESS: address,
  ORDERS_ADDRESS: address,
  STEP_ATTEMPTS: count.default(8),
  STEP_RETRY_DELAY_MS: count.default(100),
  ANSWER_TIMEOUT_MS: count.default(20_000),
});

/** What the order service is told by its environment. */
export const ordersSettings = z.object({
  ...base,
  ORDERS_PORT: port.default(50_051),
  ORDERS_DATABASE_URL: z.string().min(1),
});

/** What the participants are told by their environment. */
export const participantsSettings = z.object({
  ...base,
  PARTICIPANTS_PORT: port.default(50_052),
  GATEWAY_PORT: port.default(50_053),
  /** Lets tests put carts, order failures and read the books. */
  SIMULATION: z.enum(['true', 'false']).default('false'),
});

/** Reads settings, of which an empty one is the default; or ends the process with one line that says which can't be read. */
export function readSettings<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): z.output<Schema> {
  try {
    return readEnvironment(schema, environment);
  } catch (error) {
    process.stderr.write(`${name}: ${error instanceof Error ? error.message : error}\n`);
    process.exit(1);
  }
}
