import { Catch, HttpException, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { failureOf } from '@emdia/database';
import { Forbidden, IdempotencyConflict, Refusal } from '@emdia/messaging';
import type { ValidationError } from 'class-validator';
import type { Request, Response } from 'express';
import { PinoLogger } from 'nestjs-pino';

/** A problem as RFC 9457 has it; `type` is a stable slug. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly [more: string]: unknown;
}

class ProblemException extends HttpException {
  constructor(readonly problem: Problem) {
    super(problem, problem.status);
  }
}

/** A throwable problem: status, a stable slug, a title, and a sentence that says what to do. */
export const problem = (status: number, slug: string, title: string, detail: string, more: Record<string, unknown> = {}): HttpException =>
  new ProblemException(problemOf(status, slug, title, detail, more));

const problemOf = (status: number, slug: string, title: string, detail: string, more: Record<string, unknown> = {}): Problem => ({
  type: `urn:emdia:problem:${slug}`,
  title,
  status,
  detail,
  ...more,
});

/** Tells a request apart in a problem as in the logs; the house gives each its id. */
export const instanceOf = (request: object): string => `urn:emdia:request:${String((request as { id?: unknown }).id)}`;

/** The 400 problem of a command that class-validator refused, one entry per field. */
export function invalidRequest(errors: readonly ValidationError[]): HttpException {
  const flat = (each: ValidationError, path: string): { field: string; rule: string }[] => [
    ...Object.values(each.constraints ?? {}).map((rule) => ({ field: path + each.property, rule })),
    ...(each.children ?? []).flatMap((child) => flat(child, `${path}${each.property}.`)),
  ];
  const list = errors.flatMap((each) => flat(each, ''));
  return problem(400, 'invalid-request', 'The request is not valid', 'Correct the fields listed under `errors` and send it again.', { errors: list });
}

/** What is told of statuses that the framework itself answers with; its own words may quote the request. */
const FOREIGN: Record<number, readonly [slug: string, title: string, detail: string]> = {
  400: ['bad-request', 'The request cannot be read', 'Check how its address is encoded.'],
  404: ['not-found', 'Not found', 'Nothing is served at this address; the API documentation lists what is.'],
};

function toProblem(error: unknown): Problem {
  if (error instanceof ProblemException) return error.problem;
  if (error instanceof Refusal) return problemOf(error.status, error.reason, error.title, error.message, error.details);
  if (error instanceof Forbidden) return problemOf(409, error.reason, 'The rules do not allow this now', error.message);
  if (error instanceof IdempotencyConflict) return problemOf(422, 'idempotency-conflict', 'Key used for another request', error.message);
  if (error instanceof HttpException) {
    const status = error.getStatus();
    return problemOf(status, ...(FOREIGN[status] ?? (['refused', 'Refused', 'The request was not taken.'] as const)));
  }
  const failure = failureOf(error);
  if (failure === 'outage') return problemOf(503, 'unavailable', 'Not available just now', 'Nothing was recorded. Try again in a moment, with the same Idempotency-Key.');
  return problemOf(500, 'internal', 'Something went wrong on our side', 'Nothing was recorded unless you are told otherwise. Try again; if it stays, give operations the request id.');
}

/** How the framework hangs middleware in; it takes every method. */
const MIDDLEWARE = '/{*path}';

interface Layer {
  readonly route?: { readonly path: string; readonly methods: Record<string, boolean> };
  match(path: string): boolean;
}

/** The methods that an address takes; none where nothing is served. */
function methodsAt({ app, path }: Request): string[] {
  const { stack } = (app as unknown as { router: { stack: readonly Layer[] } }).router;
  const methods = stack.flatMap((layer) => (layer.route && layer.route.path !== MIDDLEWARE && layer.match(path) ? Object.keys(layer.route.methods) : []));
  return [...new Set(methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()])))].sort();
}

/** Renders every error as application/problem+json; what is our own fault is logged, and told without detail. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: PinoLogger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const { req: request } = response;
    let made = toProblem(error);
    if (error instanceof NotFoundException) {
      const allowed = methodsAt(request);
      if (allowed.length > 0) response.setHeader('allow', allowed.join(', '));
      if (allowed.length > 0 && request.method === 'OPTIONS') return void response.status(204).end();
      if (allowed.length > 0) made = problemOf(405, 'method-not-allowed', 'Not with this method', `This address takes ${allowed.join(', ')}.`);
    }
    if (made.status >= 500) this.logger.error({ err: error }, made.title);
    if (response.headersSent) {
      response.end();
      return;
    }
    if (made.status === 503) response.setHeader('retry-after', '1');
    response.status(made.status).type('application/problem+json').send(JSON.stringify({ ...made, instance: instanceOf(request) }));
  }
}
