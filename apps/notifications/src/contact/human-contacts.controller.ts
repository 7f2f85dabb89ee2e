import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { customerKey } from '@emdia/contracts';
import { Runner } from '@emdia/messaging';
import { Caller, IdempotencyKey, problem, Scopes, type Principal } from '@emdia/runtime';
import { Matches } from 'class-validator';
import { ofCreditor } from '../of-creditor';
import { Addressees } from './addressees';
import { HumanContacts } from './human-contacts';
import { IsCivilDate } from './is-civil-date';
import { Scope } from './scope';

class HumanContact {
  @ApiProperty({ example: 'customer-1' })
  @Matches(/^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,63}$/)
  customer_id!: string;

  @ApiProperty({ example: '2026-03-10', description: 'The day of the call where the person lives, today to 7 days ahead.' })
  @IsCivilDate()
  local_date!: string;
}

@ApiTags('contacts')
@Controller('v1/human-contacts')
export class HumanContactsController {
  constructor(
    private readonly runner: Runner,
    private readonly contacts: HumanContacts,
    private readonly addressees: Addressees,
    private readonly scope: Scope,
  ) {}

  @Post()
  @HttpCode(201)
  @Scopes('contacts:write')
  @ApiOperation({ summary: 'Take a day of the contact budget before calling a customer; 409 when the budget is used' })
  @ApiCreatedResponse({ description: 'The day is taken: no message of the régua goes out on it.' })
  async take(@Caller() caller: Principal, @Body() body: HumanContact, @IdempotencyKey() key?: string): Promise<unknown> {
    const creditor_id = ofCreditor(caller);
    const { customer_id, local_date } = body;
    const addressee = (await this.addressees.find([{ creditor_id, customer_id }])).get(customerKey(creditor_id, customer_id));
    if (!addressee) throw problem(404, 'unknown-customer', 'Unknown customer', 'Send the customer first, or check the id.');
    // Over all creditors, because the budget may be the installation's; the key is made this creditor's own.
    const idempotencyKey = key === undefined ? undefined : `${creditor_id}:${key}`;
    return this.runner.change(this.contacts.take(addressee, this.scope.of(creditor_id), local_date), { idempotencyKey });
  }
}
