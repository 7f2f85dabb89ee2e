import { Body, Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CivilDate, customerKey, CustomerId } from '@emdia/contracts';
import { Runner } from '@emdia/messaging';
import { Answers, ForCreditor, IdempotencyKey, IsCivilDate, IsCustomerId, problem, Scopes } from '@emdia/runtime';
import { Type } from '@sinclair/typebox';
import { Addressees } from './addressees';
import { HumanContacts } from './human-contacts';
import { Scope } from './scope';

class HumanContact {
  @IsCustomerId()
  customer_id!: string;

  @IsCivilDate({ description: 'The day of the call where the person lives, today to 7 days ahead.' })
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
  @Scopes('contacts:write')
  @ApiOperation({ summary: 'Take a day of the contact budget before calling a customer; 409 when the budget is used' })
  @Answers(Type.Object({ customer_id: CustomerId, local_date: CivilDate }), 'The day is taken: no message of the régua goes out on it.', 201)
  async take(@ForCreditor() creditor_id: string, @Body() body: HumanContact, @IdempotencyKey() key?: string): Promise<unknown> {
    const { customer_id, local_date } = body;
    const addressee = (await this.addressees.find([{ creditor_id, customer_id }])).get(customerKey(creditor_id, customer_id));
    if (!addressee) throw problem(404, 'unknown-customer', 'Unknown customer', 'Send the customer first, or check the id.');
    // Over all creditors, because the budget may be the installation's; the key is made this creditor's own.
    const idempotencyKey = key === undefined ? undefined : `${creditor_id}:${key}`;
    return this.runner.change(this.contacts.take(addressee, this.scope.of(creditor_id), local_date), { idempotencyKey });
  }
}
