import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { failureOf } from '@emdia/database';
import { Forbidden, IdempotencyConflict } from '@emdia/messaging';
import type { ValidationError } from 'class-validator';
import type { Response } from 'express';
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

/** The 400 problem of a command that class-validator refused, one entry per field. */
export function invalidRequest(errors: readonly ValidationError[]): HttpException {
  const flat = (each: ValidationError, path: string): { field: string; rule: string }[] => [
    ...Object.values(each.constraints ?? {}).map((rule) => ({ field: path + each.property, rule })),
    ...(each.children ?? []).flatMap((child) => flat(child, `${path}${each.property}.`)),
  ];
  const list = errors.flatMap((each) => flat(each, ''));
  return problem(400, 'invalid-request', 'The request is not valid', 'Correct the fields listed under `errors` and send it again.', { errors: list });
}

const slugOf: Record<number, string> = { 400: 'bad-request', 401: 'unauthorised', 403: 'forbidden', 404: 'not-found', 405: 'method-not-allowed', 413: 'too-large', 415: 'unsupported-media-type' };

function toProblem(error: unknown): Problem {
  if (error instanceof ProblemException) return error.problem;
  if (error instanceof Forbidden) return problemOf(409, error.reason, 'The rules do not allow this now', error.message);
  if (error instanceof IdempotencyConflict) return problemOf(422, 'idempotency-conflict', 'Key used for another request', error.message);
  if (error instanceof HttpException) {
    const status = error.getStatus();
    return problemOf(status, slugOf[status] ?? 'refused', error.message, error.message);
  }
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (status === 413) return problemOf(413, 'too-large', 'The body is too large', 'Send smaller batches; the limits are in the API documentation.');
  if (status === 400 && typeof type === 'string') return problemOf(400, 'unreadable-body', 'The body cannot be read', (error as Error).message);
  const failure = failureOf(error);
  if (failure === 'outage') return problemOf(503, 'unavailable', 'Not available just now', 'Nothing was recorded. Try again in a moment, with the same Idempotency-Key.');
  return problemOf(500, 'internal', 'Something went wrong on our side', 'Nothing was recorded unless you are told otherwise. Try again; if it stays, give operations the request id.');
}

/** Renders every error as application/problem+json; what is our own fault is logged, and told without detail. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: PinoLogger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const made = toProblem(error);
    if (made.status >= 500) this.logger.error({ err: error }, made.title);
    if (response.headersSent) {
      response.end();
      return;
    }
    if (made.status === 503) response.setHeader('retry-after', '1');
    const requestId = (response.req as { id?: unknown }).id;
    response.status(made.status).type('application/problem+json').send(JSON.stringify({ ...made, ...(requestId ? { instance: `urn:emdia:request:${String(requestId)}` } : {}) }));
  }
}
