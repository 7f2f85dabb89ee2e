import { Body, Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { contactPointKey } from '@emdia/brazil';
import { customerKey } from '@emdia/contracts';
import { Database } from '@emdia/database';
import { Runner } from '@emdia/messaging';
import { Answers, Caller, Config, ForCreditor, IdempotencyKey, IsCustomerId, problem, Scopes, type Principal } from '@emdia/runtime';
import { Type } from '@sinclair/typebox';
import { IsIn, IsString, Length } from 'class-validator';
import { isAddress } from '../channels/mime';
import { POINTS, pointOf, type Point } from './addressee';
import { Addressees } from './addressees';
import { WrongContacts } from './wrong-contacts';

class WrongContact {
  @IsCustomerId()
  customer_id!: string;

  @ApiProperty({ enum: POINTS })
  @IsIn(POINTS)
  channel!: Point;

  @ApiProperty({ example: '+5511999990000', minLength: 1, maxLength: 254, description: 'The address that was written to, or the number that was called (E.164); a hash of it is kept and nothing else' })
  @IsString()
  @Length(1, 254)
  contact!: string;

  @ApiProperty({ example: 'quem atendeu não conhece a pessoa', minLength: 1, maxLength: 70 })
  @IsString()
  @Length(1, 70)
  reason!: string;
}

const E164 = /^\+[1-9][0-9]{7,14}$/;

/** Contact points that belong to somebody else: no third party is ever told of a debt. */
@ApiTags('contacts')
@Controller('v1/wrong-contacts')
export class WrongContactsController {
  constructor(
    private readonly runner: Runner,
    private readonly wrong: WrongContacts,
    private readonly addressees: Addressees,
    private readonly database: Database,
    private readonly config: Config,
  ) {}

  @Post()
  @Scopes('contacts:write')
  @ApiOperation({ summary: 'Tell that an e-mail address or telephone number by which a customer was written to or called is somebody else\'s: it is closed for every creditor of the house, for good' })
  @Answers(Type.Object({ closed: Type.Literal(true) }), 'Closed; nobody is written to or called through it. The debt stays.', 201)
  async close(@Caller() caller: Principal, @ForCreditor() creditor_id: string, @Body() { customer_id, channel, contact, reason }: WrongContact, @IdempotencyKey() key?: string): Promise<unknown> {
    if (!(channel === 'phone' ? E164.test(contact) : isAddress(contact))) throw problem(400, 'contact', 'No such address or number', 'Give in `contact` the e-mail address, or the number in E.164 as +5511999990000, that was found to be wrong.');
    // What billing knows may have changed since somebody was reached by it: that one is closed which was wrong, and billing is told only of what it knows at this moment.
    const addressee = (await this.addressees.find([{ creditor_id, customer_id }], 'now')).get(customerKey(creditor_id, customer_id));
    if (!addressee) throw problem(404, 'unknown-customer', 'Unknown customer', 'Send the customer first, or check the id.');
    const point = contactPointKey(channel, contact, this.config.installationKey);
    // Closed for everybody and for good: a slip of the pen must not close a stranger's.
    if (pointOf(addressee, channel) !== point && !(await this.wasWrittenTo(creditor_id, customer_id, point)))
      throw problem(409, 'not-of-this-customer', 'This customer is not reached by it', 'Neither does billing know it of this customer, nor did a message to them go there. Check `contact` and `customer_id`; what is known of nobody, nobody is reached by.');
    // Over all creditors, because the point is closed for all; the key is made this creditor's own.
    return this.runner.change(this.wrong.close(addressee, channel, point, { reason, actor: caller.actor }), { idempotencyKey: key === undefined ? undefined : `${creditor_id}:${key}` });
  }

  private async wasWrittenTo(creditor_id: string, customer_id: string, point: string): Promise<boolean> {
    const found = await this.database.transactionOf(creditor_id, (tx) =>
      tx.query('select 1 from delivery where creditor_id = $1 and customer_id = $2 and contact_point_key = $3 limit 1', [creditor_id, customer_id, point]));
    return found.length > 0;
  }
}
