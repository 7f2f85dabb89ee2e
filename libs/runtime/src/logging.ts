import { sqlStateOf } from '@emdia/database';
import type { Response } from 'express';
import type { Params } from 'nestjs-pino';
import { pino, type Logger } from 'pino';

/** What must never stand in a log, wherever it appears in an object that is logged. */
const PERSONAL = ['name', 'document', 'email', 'phone', 'address', 'body', 'authorization', 'to', 'token'];

type Failed = Error & { readonly code?: unknown; readonly constraint?: unknown; readonly table?: unknown };

/** Whether an error's message may quote what somebody sent: Postgres and the JSON parser do. */
const quotes = (error: Error): boolean => error instanceof SyntaxError || sqlStateOf(error) !== null;

const failed = (given: Failed & { raw?: Failed }) => {
  const error = given.raw ?? given;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return { type: error.name, code: error.code, constraint: error.constraint, table: error.table, message: quotes(error) ? undefined : error.message, stack: frames.join('\n') };
};

/** A service's own logger: JSON, no personal data. nestjs-pino keeps one for all services of a process, which bears the name of the first. */
export const loggerOf = (service: string, level: string): Logger =>
  pino({ level, base: { service }, redact: { paths: PERSONAL.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' }, serializers: { err: failed } });

/** Logs of requests, by the request's id; no bodies, no headers, no query strings. */
export const requestLogs = (logger: Logger): Params => ({
  pinoHttp: {
    logger,
    serializers: {
      // The route, never the path: ids in it are the callers' own, and some take e-mail addresses for ids.
      req: (request: { id: string; method: string }) => ({ id: request.id, method: request.method }),
      res: ({ raw }: { raw: Response }) => ({ status: raw.statusCode, route: (raw.req?.route as { path?: unknown } | undefined)?.path }),
      err: failed,
    },
    customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'error' : 'debug'),
    quietReqLogger: true,
  },
});
