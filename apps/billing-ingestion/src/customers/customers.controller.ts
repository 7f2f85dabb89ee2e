import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { CustomerId } from '@emdia/contracts';
import { Answers, ForCreditor, Internal, IsCreditorId, IsCustomerId, IsListOf, MayLack, orNull, PathId, problem, Scopes } from '@emdia/runtime';
import { IsString, MaxLength } from 'class-validator';
import { Type } from '@sinclair/typebox';
import { Creditor, Creditors } from '../creditors/creditors';
import { ContactCard, CustomerCard, Customers, PayerCard } from './customers';

class Wanted {
  @IsCreditorId()
  creditor_id!: string;
  @IsCustomerId()
  customer_id!: string;
}

class WantedCustomers {
  @IsListOf(Wanted, { maxItems: 500 })
  customers!: Wanted[];
}

class WantedPayers {
  @IsCreditorId()
  creditor_id!: string;
  @MayLack({ maxLength: 64, description: 'The last customer id of the page before' })
  @IsString() @MaxLength(64)
  after?: string;
}

const PAYERS_PAGE = 2_000;

@ApiTags('customers')
@Controller()
export class CustomersController {
  constructor(
    private readonly customers: Customers,
    private readonly creditors: Creditors,
  ) {}

  @Get('v1/customers/:customer_id')
  @Scopes('customers:read')
  @Answers(CustomerCard, 'The customer')
  @ApiOperation({ summary: 'A customer, how to reach them, and what your réguas may ask of them' })
  async one(@PathId('customer_id', CustomerId) customerId: string, @ForCreditor() creditorId: string): Promise<CustomerCard> {
    const card = await this.customers.one(creditorId, customerId);
    if (!card) throw problem(404, 'not-found', 'No such customer', 'This creditor has no customer of that id.');
    return card;
  }

  @Post('internal/v1/customers')
  @Internal()
  @Answers(Type.Object({ customers: Type.Array(ContactCard), creditors: Type.Array(Creditor) }), 'Those that are known')
  @ApiOperation({ summary: 'Names and contact points, for the services that write to people' })
  async cards(@Body() { customers }: WantedCustomers): Promise<{ customers: ContactCard[]; creditors: Creditor[] }> {
    const [cards, creditors] = await Promise.all([this.customers.cards(customers), this.creditors.known([...new Set(customers.map(({ creditor_id }) => creditor_id))])]);
    return { customers: cards, creditors };
  }

  @Post('internal/v1/customers/payers')
  @Internal()
  @Answers(Type.Object({ customers: Type.Array(PayerCard), next_after: orNull(CustomerId) }), 'A page of them, by id')
  @ApiOperation({ summary: 'A creditor\'s customers by name and document, for whom money is matched to them' })
  async payers(@Body() { creditor_id, after = '' }: WantedPayers): Promise<{ customers: PayerCard[]; next_after: string | null }> {
    const customers = await this.customers.payers(creditor_id, after, PAYERS_PAGE);
    return { customers, next_after: customers.length < PAYERS_PAGE ? null : customers.at(-1)!.customer_id };
  }
}
