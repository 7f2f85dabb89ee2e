import { sqlStateOf } from '@emdia/database';
import type { Response } from 'express';
import type { Params } from 'nestjs-pino';

/** What must never stand in a log, wherever it appears in an object that is logged. */
const PERSONAL = ['name', 'document', 'email', 'phone', 'address', 'body', 'authorization', 'to', 'token'];

type Failed = Error & { readonly code?: unknown; readonly constraint?: unknown; readonly table?: unknown };

/** Whether an error's message may quote what somebody sent: Postgres and the JSON parser do. */
const quotes = (error: Error): boolean => error instanceof SyntaxError || sqlStateOf(error) !== null;

/** JSON logs with request and event ids; no bodies, no headers, no query strings, no personal data. */
export function logging(service: string, level: string): Params {
  return {
    pinoHttp: {
      level,
      base: { service },
      redact: { paths: PERSONAL.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
      serializers: {
        // The route, never the path: ids in it are the callers' own, and some take e-mail addresses for ids.
        req: (request: { id: string; method: string }) => ({ id: request.id, method: request.method }),
        res: ({ raw }: { raw: Response }) => ({ status: raw.statusCode, route: (raw.req?.route as { path?: unknown } | undefined)?.path }),
        err: (given: Failed & { raw?: Failed }) => {
          const { name, message, stack, code, constraint, table } = given.raw ?? given;
          const frames = (stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
          return { type: name, code, constraint, table, message: quotes(given.raw ?? given) ? undefined : message, stack: frames.join('\n') };
        },
      },
      customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'error' : 'debug'),
      quietReqLogger: true,
    },
  };
}
