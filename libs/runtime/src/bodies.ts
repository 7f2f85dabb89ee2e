import type { IncomingMessage } from 'node:http';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import { PUBLIC } from './auth';
import { problem } from './problem';

const BODY_MAX = '8mb';
const DEPTH_MAX = 32;
const CONSUMES = 'swagger/apiConsumes';
const JSON_ONLY = ['application/json'];
const JSON_TYPES = ['application/json', 'application/cloudevents+json', 'application/cloudevents-batch+json'];

const isWithin = (value: unknown, depth: number): boolean => typeof value !== 'object' || value === null || (depth > 0 && Object.values(value).every((inner) => isWithin(inner, depth - 1)));

/**
 * Reads JSON bodies, but those under the `raw` paths, whose handlers want the bytes as they came. What cannot be read is
 * told without a word of it, because it may be personal.
 */
export function readBodies(nest: NestExpressApplication, raw: readonly string[] = []): void {
  const isRaw = ({ path }: Request) => raw.some((each) => path === `/${each}` || path.startsWith(`/${each}/`));
  const isJson = (request: IncomingMessage) => !isRaw(request as Request) && typeof (request as Request).is(JSON_TYPES) === 'string';
  nest.useBodyParser('json', { limit: BODY_MAX, type: isJson, strict: true });
  nest.use((error: unknown, _request: Request, _response: Response, next: NextFunction) => next(unreadable(error as Error & { status?: number })));
  nest.use((request: Request, _response: Response, next: NextFunction) => {
    // Whoever walks a body deeper than the stack fails as if the fault were ours.
    next(isWithin(request.body, DEPTH_MAX) ? undefined : problem(400, 'unreadable-body', 'The body cannot be read', `Nest lists and objects at most ${DEPTH_MAX} deep.`));
  });
}

function unreadable(error: Error & { status?: number }): Error {
  switch (error.status) {
    case 413:
      return problem(413, 'too-large', 'The body is too large', `Send smaller batches; a body has at most ${BODY_MAX}, a list at most 500 items.`);
    case 415:
      return problem(415, 'unsupported-media-type', 'The body cannot be read', 'Send JSON in UTF-8, plain or compressed with gzip, deflate or brotli.');
    case 400: {
      // At the end only: what stands before it may be quoted from the body.
      const where = / at position \d+(?= \(line \d+ column \d+\)$|$)/.exec(error.message)?.[0] ?? '';
      return problem(400, 'unreadable-body', 'The body cannot be read', error instanceof SyntaxError ? `It is not JSON: it breaks${where || ' somewhere'}. Send a JSON object or list.` : 'It did not arrive whole. Send it again.');
    }
    default:
      return error;
  }
}

/** Refuses a body of another media type than the handler documents with @ApiConsumes, JSON when it says nothing. */
@Injectable()
export class MediaTypeGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http' || this.reflector.get<boolean>(PUBLIC, context.getHandler())) return true;
    const taken = this.reflector.get<string[] | undefined>(CONSUMES, context.getHandler()) ?? JSON_ONLY;
    const request = context.switchToHttp().getRequest<Request>();
    // Null where there is no body at all; of length 0 is none either.
    if (request.is(taken) !== false || request.headers['content-length'] === '0') return true;
    throw problem(415, 'unsupported-media-type', 'The body cannot be read', `Send it as ${taken.join(' or ')}.`);
  }
}
