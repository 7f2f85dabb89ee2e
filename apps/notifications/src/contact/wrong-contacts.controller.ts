import { Body, Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { customerKey } from '@emdia/contracts';
import { Runner } from '@emdia/messaging';
import { Answers, Caller, ForCreditor, IdempotencyKey, IsCustomerId, problem, Scopes, type Principal } from '@emdia/runtime';
import { Type } from '@sinclair/typebox';
import { IsIn, IsString, Length } from 'class-validator';
import { pointOf, POINTS, type Point } from './addressee';
import { Addressees } from './addressees';
import { WrongContacts } from './wrong-contacts';

class WrongContact {
  @IsCustomerId()
  customer_id!: string;

  @ApiProperty({ enum: POINTS })
  @IsIn(POINTS)
  channel!: Point;

  @ApiProperty({ example: 'quem atendeu não conhece a pessoa', minLength: 1, maxLength: 70 })
  @IsString()
  @Length(1, 70)
  reason!: string;
}

/** Contact points that belong to somebody else: no third party is ever told of a debt. */
@ApiTags('contacts')
@Controller('v1/wrong-contacts')
export class WrongContactsController {
  constructor(
    private readonly runner: Runner,
    private readonly wrong: WrongContacts,
    private readonly addressees: Addressees,
  ) {}

  @Post()
  @Scopes('contacts:write')
  @ApiOperation({ summary: 'Tell that a customer\'s e-mail address or telephone number is somebody else\'s: it is closed for every creditor of the house, for good' })
  @Answers(Type.Object({ closed: Type.Literal(true) }), 'Closed; nobody is written to or called through it. The debt stays.', 201)
  async close(@Caller() caller: Principal, @ForCreditor() creditor_id: string, @Body() { customer_id, channel, reason }: WrongContact, @IdempotencyKey() key?: string): Promise<unknown> {
    const addressee = (await this.addressees.find([{ creditor_id, customer_id }])).get(customerKey(creditor_id, customer_id));
    if (!addressee) throw problem(404, 'unknown-customer', 'Unknown customer', 'Send the customer first, or check the id.');
    const point = pointOf(addressee, channel);
    if (point === null) throw problem(409, 'no-address', 'No such contact point', `Billing knows no ${channel} of this customer, so there is none to close.`);
    // Over all creditors, because the point is closed for all; the key is made this creditor's own.
    return this.runner.change(this.wrong.close(addressee, channel, point, { reason, actor: caller.actor }), { idempotencyKey: key === undefined ? undefined : `${creditor_id}:${key}` });
  }
}
