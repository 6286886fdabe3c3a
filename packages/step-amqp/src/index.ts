export {
  type AmqpSteps,
  type AmqpStepsOptions,
  amqpSteps,
  type CommandOptions,
  type Consuming,
  type PublishOptions,
} from './amqp-steps.js';
export type { ConsumeOptions } from './consume-options.js';
export { Unroutable } from './sender.js';
