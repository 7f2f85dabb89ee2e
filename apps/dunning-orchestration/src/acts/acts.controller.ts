import { Body, Controller, Delete, Get, Put } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, IsIn, IsString, Length, Matches, MaxLength } from 'class-validator';
import { Answers, Caller, Config, ForCreditor, problem, Scopes, type Principal } from '@emdia/runtime';
import { Carrier, Carriers } from './carriers';
import { ACT_KINDS, type ActKind } from './outward-act';
import { refusalOf } from './webhook';

class CarriesOutCommand {
  @ApiProperty({ type: 'array', items: { type: 'string', enum: [...ACT_KINDS] }, uniqueItems: true, example: ['retry', 'service'], description: 'What your systems do when they are told; a person is asked to do the rest. None: people do everything.' })
  @IsArray()
  @ArrayUnique()
  @IsIn([...ACT_KINDS], { each: true })
  carries_out!: ActKind[];
}

class WebhookCommand {
  @ApiProperty({ maxLength: 500, example: 'https://api.example.com/emdia', description: 'https; redirects are not followed' })
  @IsString()
  @MaxLength(500)
  url!: string;

  @ApiProperty({ type: 'array', items: { type: 'string', minLength: 32, maxLength: 200 }, minItems: 1, maxItems: 2, description: 'One, or two while you change from one to the other; each signs. Told to nobody again.' })
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(2)
  @IsString({ each: true })
  @Length(32, 200, { each: true })
  @Matches(/^[!-~]+$/, { each: true })
  secrets!: string[];
}

/** What a creditor's own systems do of a régua, and where they are told. */
@ApiTags('acts')
@Controller('v1/acts')
export class ActsController {
  constructor(
    private readonly carriers: Carriers,
    private readonly config: Config,
  ) {}

  @Get('carrier')
  @Scopes('reguas:write')
  @Answers(Carrier, 'Without the secrets')
  @ApiOperation({ summary: 'What your systems carry out, and where they are told' })
  carrier(@ForCreditor() creditorId: string): Promise<Carrier> {
    return this.carriers.of(creditorId);
  }

  @Put('carrier')
  @Scopes('reguas:write')
  @Answers(Carrier, 'Set')
  @ApiOperation({ summary: 'Say which steps your systems carry out', description: 'They hear of them by the topic, and by the webhook where one is registered. What was asked for before is still taken back when its debt ends.' })
  carryOut(@Body() { carries_out }: CarriesOutCommand, @Caller() { actor }: Principal, @ForCreditor() creditorId: string): Promise<Carrier> {
    return this.carriers.carryOut(creditorId, carries_out, actor);
  }

  @Put('webhook')
  @Scopes('sources:write')
  @Answers(Carrier, 'Registered')
  @ApiOperation({
    summary: 'Register where acts are posted to, or change its secrets',
    description: 'Each act is posted as the event of its topic, with `emdia-act-id` (drop what you have seen) and `emdia-signature: t=<epoch seconds>,v1=<hex>`, an HMAC-SHA-256 of `<t>.<body>`. Answer 2xx once you have it; 4xx is final and goes to a person, anything else is tried again until `valid_until`.',
  })
  register(@Body() { url, secrets }: WebhookCommand, @Caller() { actor }: Principal, @ForCreditor() creditorId: string): Promise<Carrier> {
    const refusal = refusalOf(url, this.config.production);
    if (refusal) throw problem(422, 'invalid-address', 'Nobody can be told there', refusal);
    return this.carriers.tell(creditorId, { url, secrets }, actor);
  }

  @Delete('webhook')
  @Scopes('sources:write')
  @Answers(Carrier, 'Forgotten')
  @ApiOperation({ summary: 'Forget the webhook', description: 'The topic still tells of acts; what the webhook had not heard yet is not posted any more.' })
  forget(@Caller() { actor }: Principal, @ForCreditor() creditorId: string): Promise<Carrier> {
    return this.carriers.tell(creditorId, null, actor);
  }
}
