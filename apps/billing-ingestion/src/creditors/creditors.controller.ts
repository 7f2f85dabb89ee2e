import { Body, Controller, Get, Param, Put, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { documentKind, normaliseDocument } from '@emdia/brazil';
import { Admin, cursorOf, Page, paged, problem } from '@emdia/runtime';
import { ArrayMaxSize, ArrayUnique, IsArray, IsEmail, IsOptional, IsString, Length, Matches } from 'class-validator';
import { Creditors, type Creditor } from './creditors';

const CREDITOR_ID = /^[a-z0-9][a-z0-9-]{1,39}$/;

class CreditorBody {
  @ApiProperty({ example: 'Academia Boa Forma Ltda.' }) @IsString() @Length(1, 200)
  name!: string;
  @ApiProperty({ example: '11.222.333/0001-81', description: 'CNPJ or CPF with right check digits; every message names it (CDC art. 42-A).' }) @IsString() @Length(11, 20)
  document!: string;
  @ApiProperty({ example: 'Rua das Flores, 100, São Paulo, SP, 01000-000' }) @IsString() @Length(5, 300)
  address!: string;
  @ApiPropertyOptional({ example: 'financeiro@boaforma.example' }) @IsOptional() @IsEmail()
  contact_email?: string;
  @ApiPropertyOptional({ example: '+551130000000', description: 'E.164' }) @IsOptional() @Matches(/^\+[1-9][0-9]{7,14}$/)
  contact_phone?: string;
  @ApiPropertyOptional({ example: 'Boa Forma', description: 'The name messages are sent under; the creditor\'s name by default.' }) @IsOptional() @IsString() @Length(1, 100)
  sender_name?: string;
  @ApiPropertyOptional({ default: 'BRL', description: 'ISO 4217; the one currency of all its invoices, fixed at registration.' }) @IsOptional() @Matches(/^[A-Z]{3}$/)
  currency?: string;
  @ApiPropertyOptional({ default: 'cobranca', description: 'The queue of people who take over where the régua ends.' }) @IsOptional() @Matches(/^[a-z0-9][a-z0-9-]{0,39}$/)
  default_queue?: string;
}

class PlatformBody {
  @ApiProperty({ type: [String], example: ['boa-forma'] }) @IsArray() @ArrayMaxSize(10_000) @ArrayUnique() @Matches(CREDITOR_ID, { each: true })
  creditors!: string[];
}

const ofPath = (value: string, what: string, pattern = CREDITOR_ID): string => {
  if (pattern.test(value)) return value;
  throw problem(400, 'invalid-request', `The ${what} is not valid`, `Use 2 to 40 lower-case letters, digits and hyphens for the ${what}.`);
};

@ApiTags('creditors')
@Admin()
@Controller('v1')
export class CreditorsController {
  constructor(private readonly creditors: Creditors) {}

  @Put('creditors/:creditor_id')
  @ApiOperation({ summary: 'Register a creditor, or change what its messages say of it' })
  async put(@Param('creditor_id') id: string, @Body() body: CreditorBody): Promise<Creditor> {
    if (!documentKind(body.document)) throw problem(422, 'invalid-document', 'The document is not valid', 'Send a CNPJ or CPF whose check digits are right.');
    const creditor: Creditor = {
      creditor_id: ofPath(id, 'creditor id'),
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
  @ApiOperation({ summary: 'Creditors, by id' })
  async list(@Query() page: Page): Promise<unknown> {
    return paged(await this.creditors.list(cursorOf(page)?.[0] ?? null, page.limit + 1), page.limit, ({ creditor_id }) => [creditor_id]);
  }

  @Put('platforms/:platform')
  @ApiOperation({ summary: 'Say for which creditors a platform may speak', description: 'Its topic is upstream.<platform>.events.v1. The list replaces the one before.' })
  async platform(@Param('platform') platform: string, @Body() { creditors }: PlatformBody): Promise<{ platform: string; creditors: string[] }> {
    ofPath(platform, 'platform');
    const known = new Set((await this.creditors.known(creditors)).map(({ creditor_id }) => creditor_id));
    const unknown = creditors.filter((each) => !known.has(each));
    if (unknown.length > 0) throw problem(422, 'unknown-creditor', 'Unknown creditor', 'Register these creditors first.', { creditors: unknown.slice(0, 20) });
    await this.creditors.registerPlatform(platform, creditors);
    return { platform, creditors: [...creditors].sort() };
  }

  @Get('platforms/:platform')
  @ApiOperation({ summary: 'The creditors a platform may speak for' })
  async platformOf(@Param('platform') platform: string): Promise<{ platform: string; creditors: string[] }> {
    return { platform, creditors: await this.creditors.platform(ofPath(platform, 'platform')) };
  }
}
