import { createHash, timingSafeEqual } from 'node:crypto';
import { applyDecorators, Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiBearerAuth, ApiHeader } from '@nestjs/swagger';
import { Clock, WallClock } from '@emdia/clock';
import { CreditorId } from '@emdia/contracts';
import type { Request } from 'express';
import { Config } from './config';
import { InternalClient, InternalFailure } from './internal-client';
import { problem } from './problem';

/** Who calls: an API key with its scopes, bound to one creditor (null: an installation-wide key). */
export interface Principal {
  readonly key_id: string;
  readonly creditor_id: string | null;
  readonly scopes: readonly string[];
  readonly actor: string;
}

const SCOPES = 'emdia:scopes';
const INTERNAL = 'emdia:internal';
export const PUBLIC = 'emdia:public';
const KEY_CACHE_MS = 60_000;
const KEYS_CACHED_MAX = 10_000;
const CREDITOR = new RegExp(CreditorId.pattern!);

/** The scopes a handler needs; a handler without any of these marks is denied to everybody. */
export const Scopes = (...scopes: string[]): MethodDecorator & ClassDecorator =>
  applyDecorators(SetMetadata(SCOPES, scopes), ApiBearerAuth('api-key'), ApiHeader({ name: 'X-Emdia-Creditor', required: false, description: 'The creditor meant, for installation-wide keys only.' }));
export const Admin = (): MethodDecorator & ClassDecorator => Scopes('admin');
/** Only other services may call it. */
export const Internal = (): MethodDecorator & ClassDecorator => applyDecorators(SetMetadata(INTERNAL, true), ApiBearerAuth('service'));
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC, true);

export type Authenticated = Request & { principal?: Principal };

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

@Injectable()
export class AuthGuard implements CanActivate {
  private readonly known = new Map<string, { principal: Principal; until_ms: number; business_until: number }>();
  private readonly internalToken: Buffer;

  constructor(
    private readonly reflector: Reflector,
    private readonly internal: InternalClient,
    private readonly wall: WallClock,
    private readonly clock: Clock,
    config: Config,
  ) {
    this.internalToken = sha256(config.internalToken);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true;
    const marks = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC, marks)) return true;
    const request = context.switchToHttp().getRequest<Authenticated>();
    const token = /^Bearer ([!-~]{1,300})$/.exec(request.headers.authorization ?? '')?.[1];
    if (!token) throw problem(401, 'unauthorised', 'No API key', 'Send the header `Authorization: Bearer <API key>`.');
    if (this.reflector.getAllAndOverride<boolean>(INTERNAL, marks)) {
      if (timingSafeEqual(sha256(token), this.internalToken)) return true;
      throw problem(403, 'forbidden', 'Not for API keys', 'This address is for the services themselves.');
    }
    const wanted = this.reflector.getAllAndOverride<string[]>(SCOPES, marks) ?? ['nobody'];
    const principal = await this.principal(token);
    const lacking = wanted.filter((scope) => !principal.scopes.includes(scope) && (scope === 'nobody' || !principal.scopes.includes('admin')));
    if (lacking.length > 0) throw problem(403, 'missing-scope', 'The API key may not do this', `It lacks the scope ${lacking.join(', ')}.`);
    request.principal = this.forCreditor(principal, request.headers['x-emdia-creditor']);
    return true;
  }

  private forCreditor(principal: Principal, wanted: string | string[] | undefined): Principal {
    if (typeof wanted !== 'string' || wanted === principal.creditor_id) return principal;
    if (!CREDITOR.test(wanted)) throw problem(400, 'invalid-request', 'The header X-Emdia-Creditor is not valid', 'Name one creditor by its id, or leave the header out.');
    if (principal.creditor_id !== null) throw problem(403, 'not-your-creditor', 'Another creditor', 'This API key belongs to one creditor and cannot act for another.');
    return { ...principal, creditor_id: wanted };
  }

  private async principal(token: string): Promise<Principal> {
    const hash = sha256(token).toString('hex');
    const known = this.known.get(hash);
    // A driven year passes in a minute: the cache expires by either clock.
    if (known && known.until_ms > this.wall.monotonicMs() && known.business_until > this.clock.now().getTime()) return known.principal;
    try {
      const principal = await this.internal.post<Principal>('billing-ingestion', '/internal/v1/api-keys/verify', { key_sha256: hash }, { timeout_ms: 2_000 });
      if (this.known.size >= KEYS_CACHED_MAX) this.known.clear();
      this.known.set(hash, { principal, until_ms: this.wall.monotonicMs() + KEY_CACHE_MS, business_until: this.clock.now().getTime() + 24 * 3_600_000 });
      return principal;
    } catch (error) {
      if (error instanceof InternalFailure && error.status === 404) throw problem(401, 'unauthorised', 'Unknown API key', 'Check the key, or ask for a new one; it may have been revoked.');
      throw problem(503, 'unavailable', 'The API key cannot be checked just now', 'Try again in a moment.');
    }
  }
}
