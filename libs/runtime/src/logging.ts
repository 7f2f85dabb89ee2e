import { randomUUID } from 'node:crypto';
import type { Params } from 'nestjs-pino';

/** What must never stand in a log, wherever it appears in an object that is logged. */
const PERSONAL = ['name', 'document', 'email', 'phone', 'address', 'body', 'authorization', 'to', 'token'];

/** JSON logs with request and event ids; no bodies, no headers, no query strings, no personal data. */
export function logging(service: string, level: string): Params {
  return {
    pinoHttp: {
      level,
      base: { service },
      redact: { paths: PERSONAL.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '[redacted]' },
      genReqId: (request, response) => {
        const given = request.headers['x-request-id'];
        const id = typeof given === 'string' && /^[\w-]{1,64}$/.test(given) ? given : randomUUID();
        response.setHeader('x-request-id', id);
        return id;
      },
      serializers: {
        req: (request: { id: string; method: string; url: string }) => ({ id: request.id, method: request.method, path: request.url.split('?')[0] }),
        res: (response: { statusCode: number }) => ({ status: response.statusCode }),
        err: (error: Error & { code?: unknown }) => ({ type: error.name, code: error.code, message: error.message, stack: error.stack }),
      },
      customLogLevel: (_request, response, error) => (error || response.statusCode >= 500 ? 'error' : 'debug'),
      quietReqLogger: true,
    },
  };
}
