import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { localDate } from '@emdia/calendar';
import { Clock } from '@emdia/clock';
import { Answers, Caller, Config, ForCreditor, MayLack, PathId, problem, Public, rawBody, Scopes, type Principal } from '@emdia/runtime';
import { Type } from '@sinclair/typebox';
import { Type as TypeOf } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsIn, IsInt, IsObject, IsString, isUUID, Length, Matches, Max, MaxLength, Min, ValidateNested } from 'class-validator';
import type { Request } from 'express';
import { Receiver } from './receiver';
import { KINDS, type Kind } from './source';
import { sources } from './sources';
import { Webhook, WebhookName, Webhooks } from './webhooks';

/** What PSPs append to the address they were given (the central bank's Pix API); a secret is longer. */
const APPENDED = ['pix', 'rec', 'cobr'];

/** The headers by which the platforms let us ask. */
const ASKING_HEADERS = ['authorization', 'x-killbill-apikey', 'x-killbill-apisecret', 'stripe-version'];

class AskBody {
  @ApiProperty({ maxLength: 200, pattern: '^https?://', example: 'https://api.getlago.com', description: 'Another address than the platform\'s own takes an administrator.' }) @IsString() @MaxLength(200) @Matches(/^https?:\/\/[^\s/?#@]+[^\s?#]*$/)
  base_url!: string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { authorization: 'Bearer ...' }, description: `Credentials: ${ASKING_HEADERS.join(', ')}.` }) @IsObject()
  headers!: Record<string, string>;
}

class WebhookBody {
  @ApiProperty({ enum: [...KINDS] }) @IsIn([...KINDS])
  kind!: Kind;
  @ApiProperty({ type: 'array', items: { type: 'string', minLength: 16, maxLength: 4096 }, minItems: 1, maxItems: 2, description: 'One, or two while the platform changes from one to the other. Told to nobody again.' })
  @IsArray() @ArrayMinSize(1) @ArrayMaxSize(2) @IsString({ each: true }) @Length(16, 4096, { each: true }) @Matches(/^[ -~\r\n]+$/, { each: true })
  secrets!: string[];
  @MayLack({ default: 'America/Sao_Paulo', maxLength: 60, description: 'IANA zone of your civil dates.' }) @IsString() @MaxLength(60)
  zone?: string;
  @MayLack({ type: 'integer', default: 0, minimum: 0, maximum: 365, description: 'Days from issue to due, for platforms that know no due date.' }) @IsInt() @Min(0) @Max(365)
  due_days?: number;
  @MayLack({ type: AskBody, description: 'Where to ask for what the platform leaves out; Iugu and Kill Bill cannot do without.' }) @IsObject() @ValidateNested() @TypeOf(() => AskBody)
  ask?: AskBody;
}

@ApiTags('webhooks')
@Controller()
export class WebhooksController {
  constructor(
    private readonly webhooks: Webhooks,
    private readonly receiver: Receiver,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  @Put('v1/webhooks/:name')
  @Scopes('sources:write')
  @Answers(Webhook, 'Registered')
  @ApiOperation({ summary: 'Register a platform\'s webhook, or change its secrets', description: 'Its address stays the same. Give both secrets while the platform changes from one to the other.' })
  async put(@PathId('name', WebhookName) name: string, @Body() body: WebhookBody, @ForCreditor() creditor_id: string, @Caller() caller: Principal): Promise<Webhook> {
    const { kind, secrets, ask, due_days } = body;
    const zone = body.zone ?? 'America/Sao_Paulo';
    if (sources[kind].secretInPath && !secrets.every((secret) => /^[A-Za-z0-9_-]{16,200}$/.test(secret)))
      throw problem(422, 'invalid-secret', 'The secret cannot stand in a path', 'This platform sends it in the address: use 16 to 200 letters, digits, hyphens and underscores.');
    if (!this.isZone(zone)) throw problem(422, 'unknown-zone', 'Unknown zone', 'Name an IANA zone, for example America/Sao_Paulo.');
    if (!ask && sources[kind].asks === 'always') throw problem(422, 'ask-missing', 'This platform must be asked', 'Its webhooks tell too little: give `ask` with base_url and headers.');
    if (ask) this.mayAsk(kind, ask, caller);
    const put = await this.webhooks.put({ creditor_id, name, kind, secrets, zone, due_days: due_days ?? 0, address: ask ? { base_url: ask.base_url, headers: ask.headers } : null });
    if (put === 'unknown-creditor') throw problem(422, put, 'Unknown creditor', 'Register the creditor first: PUT /v1/creditors/{creditor_id}.');
    if (put === 'other-kind') throw problem(409, 'other-kind', 'This name is of another platform', 'Delete that webhook first, or choose another name.');
    return put;
  }

  // Whoever may choose the address has us call it from inside: for the platforms' own it takes no administrator.
  private mayAsk(kind: Kind, { base_url, headers }: AskBody, { scopes }: Principal): void {
    if (!URL.canParse(base_url)) throw problem(422, 'invalid-address', 'The address cannot be read', 'Give the address of the platform\'s API, without a query.');
    const { home } = sources[kind];
    const own = home !== null && base_url.replace(/\/+$/, '') === home;
    if (!own && !scopes.includes('admin')) throw problem(403, 'missing-scope', 'Only administrators may send us elsewhere', `Ask at ${home ?? 'an address that an administrator registers'}.`);
    if (this.config.production && !base_url.startsWith('https://')) throw problem(422, 'insecure-address', 'Credentials need https', 'Give an address that begins with https://.');
    const known = Object.entries(headers).every(([header, value]) => ASKING_HEADERS.includes(header) && typeof value === 'string' && /^[ -~]{1,4000}$/.test(value));
    if (!known) throw problem(422, 'unknown-header', 'A header cannot be sent', `Use only ${ASKING_HEADERS.join(', ')}, with visible ASCII.`);
  }

  private isZone(zone: string): boolean {
    try {
      return localDate(this.clock.now(), zone).length > 0;
    } catch {
      return false;
    }
  }

  @Get('v1/webhooks')
  @Scopes('sources:write')
  @Answers(Type.Object({ items: Type.Array(Webhook) }), 'All of them, without their secrets')
  @ApiOperation({ summary: 'Registered webhooks' })
  async list(@ForCreditor() creditorId: string): Promise<{ items: Webhook[] }> {
    return { items: await this.webhooks.list(creditorId) };
  }

  @Delete('v1/webhooks/:name')
  @Scopes('sources:write')
  @Answers(null, 'Deleted', 204)
  @ApiOperation({ summary: 'Delete a webhook', description: 'Its address answers 404 from then on. What it had told before is still taken in.' })
  async delete(@PathId('name', WebhookName) name: string, @ForCreditor() creditorId: string): Promise<void> {
    if (!(await this.webhooks.delete(creditorId, name))) throw problem(404, 'not-found', 'No such webhook', 'You have none of this name.');
  }

  /** Where a platform posts to. */
  @Post('webhooks/:webhook_id')
  @Public()
  @ApiExcludeEndpoint()
  @HttpCode(200)
  receive(@Param('webhook_id') webhookId: string, @Req() request: Request): Promise<void> {
    return this.take(webhookId, null, request);
  }

  /** The same for platforms that can keep a secret nowhere but in the address. PSPs append what they call about. */
  @Post(['webhooks/:webhook_id/:secret', ...APPENDED.map((each) => `webhooks/:webhook_id/:secret/${each}`)])
  @Public()
  @ApiExcludeEndpoint()
  @HttpCode(200)
  receiveUnsigned(@Param('webhook_id') webhookId: string, @Param('secret') secret: string, @Req() request: Request): Promise<void> {
    return this.take(webhookId, APPENDED.includes(secret) ? null : secret, request);
  }

  private async take(webhookId: string, pathSecret: string | null, request: Request): Promise<void> {
    const urlSecret = pathSecret ?? querySecret(request);
    const body = await rawBody(request, BODY_BYTES_MAX);
    // A malformed id is an unknown one, and no error of the database.
    await this.receiver.take(isUUID(webhookId) ? webhookId : NOBODY, { headers: request.headers, body, urlSecret });
  }
}

/** The secret in the query, without what a PSP that knows no queries has appended to it. */
function querySecret({ query }: Request): string | null {
  const secret = [query.token, query.hmac].find((each) => typeof each === 'string') as string | undefined;
  return secret?.replace(/\/(pix|rec|cobr)$/, '') ?? null;
}

/** Platforms send some kilobytes; an invoice of Stripe with many lines a few hundred. */
const BODY_BYTES_MAX = 1024 * 1024;
const NOBODY = '00000000-0000-0000-0000-000000000000';
