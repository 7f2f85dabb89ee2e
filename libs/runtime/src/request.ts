import { createParamDecorator, Injectable, Param, ValidationPipe, type ArgumentMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiHeader, ApiParam } from '@nestjs/swagger';
import type { TString } from '@sinclair/typebox';
import { isUUID } from 'class-validator';
import { createHash } from 'node:crypto';
import type { Authenticated } from './auth';
import { invalidRequest, problem } from './problem';
import { schemaObject } from './schema';
import { unstorableAt } from './text';

/** Nest's pipe, and what that lets through: a list in place of an object, and texts that Postgres cannot keep. */
@Injectable()
export class RequestPipe extends ValidationPipe {
  constructor() {
    super({ whitelist: true, forbidNonWhitelisted: true, transform: true, exceptionFactory: invalidRequest });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.metatype && this.toValidate(metadata)) {
      if (Array.isArray(value)) throw problem(400, 'invalid-request', 'The request is not valid', 'Send one JSON object.');
      const field = unstorableAt(value);
      if (field !== null) throw invalidField(field, `${field || 'a name'} must not hold a NUL character or half a surrogate pair`);
    }
    return super.transform(value, metadata);
  }
}

const invalidField = (field: string, rule: string) =>
  problem(400, 'invalid-request', 'The request is not valid', 'Correct the fields listed under `errors` and send it again.', { errors: [{ field, rule }] });

const fits = ({ format, pattern, minLength = 1, maxLength = Infinity }: TString, value: string): boolean =>
  format === 'uuid' ? isUUID(value) : value.length >= minLength && value.length <= maxLength && (!pattern || new RegExp(pattern).test(value));

/** A part of the path, documented and checked against its schema; a 400 problem where it does not fit. */
export const PathId =
  (name: string, schema: TString): ParameterDecorator =>
  (target, key, index) => {
    const pipe = {
      transform(value: string) {
        if (fits(schema, value)) return value;
        throw invalidField(name, schema.format === 'uuid' ? `${name} must be a UUID` : `${name} must match ${schema.pattern ?? 'its schema'}`);
      },
    };
    Param(name, pipe)(target, key, index);
    documents(ApiParam({ name, schema: schemaObject(schema) }), target, key!);
  };

// A parameter's decorator says something of its handler.
const documents = (decorator: MethodDecorator, target: object, key: string | symbol) => void decorator(target, key, Object.getOwnPropertyDescriptor(target, key)!);

const callerOf = (context: ExecutionContext) => context.switchToHttp().getRequest<Authenticated>();

/** The caller of a handler with scopes. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext) => callerOf(context).principal);

/** The creditor that is acted for: the key's own, or the one that an installation-wide key names; a 400 problem where it names none. */
export const ForCreditor = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const creditorId = callerOf(context).principal?.creditor_id;
  if (!creditorId) throw problem(400, 'creditor-missing', 'Which creditor is meant?', 'This key is for the whole installation: name the creditor in the header X-Emdia-Creditor.');
  return creditorId;
});

const idempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const request = callerOf(context);
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key !== 'string' || !/^[!-~]{1,100}$/.test(key)) throw problem(400, 'invalid-request', 'The Idempotency-Key is not valid', 'Use 1 to 100 visible ASCII characters, for example a UUID.');
  const fingerprint = createHash('sha256').update(`${request.method} ${request.path}\n${JSON.stringify(request.body ?? null)}`).digest('base64url');
  return `${key} ${fingerprint}`;
});

/**
 * Key and fingerprint of the request, as the runner takes it; undefined without the header. The same key with another
 * body, path or method is another request.
 */
export const IdempotencyKey = (): ParameterDecorator => (target, key, index) => {
  idempotencyKey()(target, key, index);
  const description = 'A repetition with the same key and request gets the first answer; another request under it is refused (422).';
  documents(ApiHeader({ name: 'Idempotency-Key', required: false, description, schema: { type: 'string', pattern: '^[!-~]{1,100}$' } }), target, key!);
};
