import { Body, Controller, Get, Header, HttpCode, Param, Post } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { customerKey } from '@emdia/contracts';
import { Runner } from '@emdia/messaging';
import { Answers, Caller, Config, ForCreditor, IdempotencyKey, IsCustomerId, problem, Public, Scopes, type Principal } from '@emdia/runtime';
import { Type } from '@sinclair/typebox';
import { IsIn } from 'class-validator';
import { pointOf, POINTS, type Point } from '../contact/addressee';
import { Addressees } from '../contact/addressees';
import { readOptOutToken } from './opt-out';
import { OptOuts } from './opt-outs';
import { askPage, donePage, unknownPage } from './pages';

class OptOutRequest {
  @IsCustomerId()
  customer_id!: string;

  @ApiProperty({ enum: POINTS, description: 'Letters by e-mail, or calls by people' })
  @IsIn(POINTS)
  channel!: Point;
}

@ApiTags('contacts')
@Controller('v1/opt-outs')
export class OptOutsController {
  constructor(
    private readonly runner: Runner,
    private readonly optOuts: OptOuts,
    private readonly addressees: Addressees,
    private readonly config: Config,
  ) {}

  @Post()
  @Scopes('contacts:write')
  @ApiOperation({ summary: 'Close a channel for a customer who asked to, by telephone or letter' })
  @Answers(Type.Object({ closed: Type.Literal(true) }), 'Closed; nothing goes out through it any more. The debt stays.', 201)
  async close(@Caller() caller: Principal, @ForCreditor() creditorId: string, @Body() body: OptOutRequest, @IdempotencyKey() idempotencyKey?: string): Promise<unknown> {
    const { customer_id, channel } = body;
    const addressee = (await this.addressees.find([{ creditor_id: creditorId, customer_id }])).get(customerKey(creditorId, customer_id));
    if (!addressee) throw problem(404, 'unknown-customer', 'Unknown customer', 'Send the customer first, or check the id.');
    const contact_point_key = pointOf(addressee, channel);
    if (contact_point_key === null) throw problem(409, 'no-address', 'No such contact point', `Billing knows no ${channel} of this customer, so there is none to close.`);
    return this.runner.change(this.optOuts.close({ creditor_id: creditorId, channel, contact_point_key }, caller.actor), { creditorId, idempotencyKey });
  }

  // Only a page: programs that open every link of a letter (scanners, previews) must close nothing.
  @Get(':token')
  @Public()
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  @Header('referrer-policy', 'no-referrer')
  ask(@Param('token') token: string): string {
    return readOptOutToken(token, this.config.installationKey) ? askPage() : unknownPage();
  }

  @Post(':token')
  @HttpCode(200)
  @Public()
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-store')
  async confirm(@Param('token') token: string): Promise<string> {
    const optOut = readOptOutToken(token, this.config.installationKey);
    if (!optOut) return unknownPage();
    await this.runner.change(this.optOuts.close(optOut, 'the person, by the link in a letter'), { creditorId: optOut.creditor_id });
    return donePage();
  }
}
