import { Type } from 'class-transformer';
import { IsArray, IsDateString, IsEmail, IsIn, IsInt, IsNotEmpty, IsOptional, IsPositive, IsString, Length, Matches, MaxLength, ValidateNested } from 'class-validator';

class Customer {
  @IsString() @IsNotEmpty() @MaxLength(120) customer_id!: string;
  @IsOptional() @IsString() @MaxLength(200) name?: string;
  @IsOptional() @IsString() @MaxLength(20) document?: string;
  @IsOptional() @IsEmail() @MaxLength(254) email?: string;
  @IsOptional() @Matches(/^\+[1-9][0-9]{7,14}$/) phone?: string;
  @IsOptional() @IsString() @Length(2, 2) state?: string;
}

class Instrument {
  @IsString() @IsNotEmpty() @MaxLength(40) rail!: string;
  @IsOptional() @IsString() @MaxLength(120) reference?: string;
  @IsOptional() @IsString() @MaxLength(600) code?: string;
}

class Invoice {
  @Matches(/^[a-z0-9][a-z0-9-]{0,39}$/) creditor_id!: string;
  @IsString() @IsNotEmpty() @MaxLength(120) invoice_id!: string;
  @IsOptional() @IsString() @MaxLength(120) number?: string;
  @IsOptional() @IsString() @MaxLength(200) description?: string;
  @IsDateString() issue_date!: string;
  @IsDateString() due_date!: string;
  @Matches(/^[A-Z]{3}$/) currency!: string;
  @IsInt() @IsPositive() amount_cents!: number;
  @IsOptional() @IsDateString() occurred_at?: string;
  @ValidateNested() @Type(() => Customer) customer!: Customer;
  @IsArray() @ValidateNested({ each: true }) @Type(() => Instrument) instruments!: Instrument[];
}

/** The event as its DTO, with the rules of the contract. */
export class InvoiceIssued {
  @IsIn(['1.0']) specversion!: string;
  @IsString() @IsNotEmpty() @MaxLength(200) id!: string;
  @IsString() @IsNotEmpty() @MaxLength(200) source!: string;
  @IsString() @IsNotEmpty() @MaxLength(200) type!: string;
  @ValidateNested() @Type(() => Invoice) data!: Invoice;
}
