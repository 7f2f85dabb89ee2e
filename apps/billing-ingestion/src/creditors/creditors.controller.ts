import { Body, Controller, Get, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { documentKind, normaliseDocument } from '@emdia/brazil';
import { CreditorId } from '@emdia/contracts';
import { UpstreamProgress } from '@emdia/messaging';
import { Admin, Answers, cursorOf, MayLack, Page, paged, pageOf, PathId, problem } from '@emdia/runtime';
import { Type } from '@sinclair/typebox';
import { ArrayMaxSize, ArrayUnique, IsArray, IsEmail, IsString, Length, Matches, MaxLength } from 'class-validator';
import { Creditor, Creditors } from './creditors';

const PlatformView = Type.Object({ platform: CreditorId, creditors: Type.Array(CreditorId) }, { additionalProperties: false });

class CreditorBody {
  @ApiProperty({ minLength: 1, maxLength: 200, example: 'Academia Boa Forma Ltda.' }) @IsString() @Length(1, 200)
  name!: string;
  @ApiProperty({ minLength: 11, maxLength: 20, example: '11.222.333/0001-81', description: 'CNPJ or CPF with right check digits; every message names it (CDC art. 42-A).' }) @IsString() @Length(11, 20)
  document!: string;
  @ApiProperty({ minLength: 5, maxLength: 300, example: 'Rua das Flores, 100, São Paulo, SP, 01000-000' }) @IsString() @Length(5, 300)
  address!: string;
  @MayLack({ format: 'email', maxLength: 254, example: 'financeiro@boaforma.example' }) @IsEmail() @MaxLength(254)
  contact_email?: string;
  @MayLack({ pattern: '^\\+[1-9][0-9]{7,14}$', example: '+551130000000', description: 'E.164' }) @Matches(/^\+[1-9][0-9]{7,14}$/)
  contact_phone?: string;
  @MayLack({ minLength: 1, maxLength: 100, example: 'Boa Forma', description: 'The name messages are sent under; the creditor\'s name by default.' }) @IsString() @Length(1, 100)
  sender_name?: string;
  @MayLack({ pattern: '^[A-Z]{3}$', default: 'BRL', description: 'ISO 4217; the one currency of all its invoices, fixed at registration.' }) @Matches(/^[A-Z]{3}$/)
  currency?: string;
  @MayLack({ pattern: '^[a-z0-9][a-z0-9-]{0,39}$', default: 'cobranca', description: 'The queue of people who take over where the régua ends.' }) @Matches(/^[a-z0-9][a-z0-9-]{0,39}$/)
  default_queue?: string;
}

class PlatformBody {
  @ApiProperty({ type: 'array', items: CreditorId as object, maxItems: 10_000, uniqueItems: true, example: ['boa-forma'] })
  @IsArray() @ArrayMaxSize(10_000) @ArrayUnique() @Matches(new RegExp(CreditorId.pattern!), { each: true })
  creditors!: string[];
}

@ApiTags('creditors')
@Admin()
@Controller('v1')
export class CreditorsController {
  constructor(
    private readonly creditors: Creditors,
    private readonly upstream: UpstreamProgress,
  ) {}

  @Put('creditors/:creditor_id')
  @Answers(Creditor, 'Registered')
  @ApiOperation({ summary: 'Register a creditor, or change what its messages say of it' })
  async put(@PathId('creditor_id', CreditorId) id: string, @Body() body: CreditorBody): Promise<Creditor> {
    if (!documentKind(body.document)) throw problem(422, 'invalid-document', 'The document is not valid', 'Send a CNPJ or CPF whose check digits are right.');
    const creditor: Creditor = {
      creditor_id: id,
      name: body.name,
      document: normaliseDocument(body.document),
      address: body.address,
      contact_email: body.contact_email ?? null,
      contact_phone: body.contact_phone ?? null,
      sender_name: body.sender_name ?? body.name.slice(0, 100),
      currency: body.currency ?? 'BRL',
      default_queue: body.default_queue ?? 'cobranca',
    };
    if (id === 'unknown') throw problem(422, 'reserved-id', 'This id is reserved', 'Choose another creditor id; `unknown` stands for events that nobody can be found for.');
    if (!(await this.creditors.put(creditor))) throw problem(409, 'currency-is-fixed', 'The currency is fixed', 'The invoices of this creditor are in another currency. Register a second creditor for a second currency.');
    return creditor;
  }

  @Get('creditors')
  @Answers(pageOf(Creditor), 'A page')
  @ApiOperation({ summary: 'Creditors, by id' })
  async list(@Query() page: Page): Promise<unknown> {
    return paged(await this.creditors.list(cursorOf(page, 'text')?.[0] ?? null, page.limit + 1), page.limit, ({ creditor_id }) => [creditor_id]);
  }

  @Put('platforms/:platform')
  @Answers(PlatformView, 'Registered')
  @ApiOperation({ summary: 'Say for which creditors a platform may speak', description: 'Its topic is upstream.<platform>.events.v1, created here where it lacks. The list replaces the one before.' })
  async platform(@PathId('platform', CreditorId) platform: string, @Body() { creditors }: PlatformBody): Promise<{ platform: string; creditors: string[] }> {
    const known = new Set((await this.creditors.known(creditors)).map(({ creditor_id }) => creditor_id));
    const unknown = creditors.filter((each) => !known.has(each));
    if (unknown.length > 0) throw problem(422, 'unknown-creditor', 'Unknown creditor', 'Register these creditors first.', { creditors: unknown.slice(0, 20) });
    await this.upstream.open(platform).catch((cause: Error) => {
      throw Object.assign(problem(503, 'broker-unavailable', 'The topic cannot be made just now', 'Nothing was recorded. Try again in a moment.'), { cause });
    });
    await this.creditors.registerPlatform(platform, creditors);
    return { platform, creditors: [...creditors].sort() };
  }

  @Get('platforms/:platform')
  @Answers(PlatformView, 'None for one that was never registered')
  @ApiOperation({ summary: 'The creditors a platform may speak for' })
  async platformOf(@PathId('platform', CreditorId) platform: string): Promise<{ platform: string; creditors: string[] }> {
    return { platform, creditors: await this.creditors.platform(platform) };
  }
}
