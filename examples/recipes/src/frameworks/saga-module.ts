import {
  type ArgumentsHost,
  Catch,
  type DynamicModule,
  type ExceptionFilter,
  HttpException,
  Module,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter } from '@nestjs/core';
import type { Bookings } from '../open-bookings.ts';
import { problemOf } from './problem-of.ts';

/** What controllers are given the runner by: `@Inject(RUNNER)`. */
export const RUNNER = Symbol('the runner');

/** A failure is answered in one place. */
@Catch()
class Problems extends BaseExceptionFilter implements ExceptionFilter {
  override catch(error: unknown, host: ArgumentsHost) {
    const problem = problemOf(error);
    super.catch(problem ? new HttpException(problem, problem.status) : error, host);
  }
}

/** Ends the runner after the server: Nest calls it when the last request has got its answer. */
class RunnerStop implements OnApplicationShutdown {
  constructor(private readonly runner: Bookings) {}
  async onApplicationShutdown() {
    await this.runner.stop();
  }
}

/** The runner for a whole application: to inject, to answer for where it refuses, and to stop in order. */
export function sagaModule(runner: Bookings): DynamicModule {
  return {
    module: SagaModule,
    global: true,
    providers: [
      { provide: RUNNER, useValue: runner },
      { provide: APP_FILTER, useClass: Problems },
      { provide: RunnerStop, useFactory: () => new RunnerStop(runner) },
    ],
    exports: [RUNNER],
  };
}

@Module({})
class SagaModule {}
