import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { MessagePattern, Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { services, type Contract, type Event, type ServiceName } from '@emdia/contracts';
import { isObservable, lastValueFrom, throwError, type Observable } from 'rxjs';
import type { Step } from './store';

/** Marks the method of a consumer that answers an event with its steps. */
export const On = (contract: Contract): MethodDecorator => MessagePattern(contract.type);

/** Nest's own filter would turn every error into "Internal server error", and dead letters would say only that. */
@Catch()
export class Rethrow implements RpcExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

type Answer = Step | readonly Step[];

/** Nest collects the `@On` handlers here; the runner asks for the steps of one event at a time. */
export class EventStrategy extends Server implements CustomTransportStrategy {
  constructor(private readonly service: ServiceName) {
    super();
  }

  listen(callback: () => void): void {
    callback();
  }
  close(): void {}
  on(): void {}
  unwrap<T>(): T {
    return this as never;
  }

  /** Throws when the service's handlers are not exactly those that the event map promises. */
  get consumes(): ReadonlyMap<string, Contract> {
    const promised = new Map<string, Contract>(services[this.service].consumes.map((contract: Contract) => [contract.type, contract]));
    const here = new Set(this.messageHandlers.keys());
    const lacking = [...promised.keys()].filter((type) => !here.has(type));
    const surplus = [...here].filter((type) => !promised.has(type));
    if (lacking.length + surplus.length > 0) {
      throw new Error(`${this.service} does not match the event map: no handler for [${lacking.join(', ')}], not in the map [${surplus.join(', ')}].`);
    }
    return promised;
  }

  async react(event: Event): Promise<readonly Step[]> {
    const handler = this.messageHandlers.get(event.type)!;
    const answered: unknown = await handler(event);
    // Without lastValueFrom an exception would vanish in an observable that nobody reads, and the event would count as handled.
    const answer = (isObservable(answered) ? await lastValueFrom(answered) : answered) as Answer;
    return Array.isArray(answer) ? answer : [answer as Step];
  }
}
