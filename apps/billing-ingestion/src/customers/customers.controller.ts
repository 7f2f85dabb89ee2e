import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { Caller, Internal, problem, Scopes, type Principal } from '@emdia/runtime';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsString, MaxLength, ValidateNested } from 'class-validator';
import { Creditors, type Creditor } from '../creditors/creditors';
import { creditorOf } from '../upstream/callers';
import { Customers, type ContactCard } from './customers';

class Wanted {
  @ApiProperty() @IsString() @MaxLength(40)
  creditor_id!: string;
  @ApiProperty() @IsString() @MaxLength(64)
  customer_id!: string;
}

class WantedCustomers {
  @ApiProperty({ type: [Wanted], maxItems: 500 }) @IsArray() @ArrayMaxSize(500) @ValidateNested({ each: true }) @Type(() => Wanted)
  customers!: Wanted[];
}

@ApiTags('customers')
@Controller()
export class CustomersController {
  constructor(
    private readonly customers: Customers,
    private readonly creditors: Creditors,
  ) {}

  @Get('v1/customers/:customer_id')
  @Scopes('customers:read')
  @ApiOperation({ summary: 'A customer and how to reach them' })
  async one(@Param('customer_id') customerId: string, @Caller() caller: Principal): Promise<ContactCard> {
    const card = await this.customers.one(creditorOf(caller), customerId);
    if (!card) throw problem(404, 'not-found', 'No such customer', 'This creditor has no customer of that id.');
    return card;
  }

  @Post('internal/v1/customers')
  @HttpCode(200)
  @Internal()
  @ApiOperation({ summary: 'Names and contact points, for the services that write to people' })
  async cards(@Body() { customers }: WantedCustomers): Promise<{ customers: ContactCard[]; creditors: Creditor[] }> {
    const [cards, creditors] = await Promise.all([this.customers.cards(customers), this.creditors.known([...new Set(customers.map(({ creditor_id }) => creditor_id))])]);
    return { customers: cards, creditors };
  }
}
