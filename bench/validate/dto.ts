/** The same event the usual Nest way: classes with decorators, rule for rule what the contract says. */
import 'reflect-metadata';
import { plainToInstance, Type } from 'class-transformer';
import { Equals, IsArray, IsIn, IsInt, IsISO8601, IsObject, IsOptional, IsString, IsUUID, Length, Matches, Max, Min, MinLength, MaxLength, ValidateIf, ValidateNested, validateSync } from 'class-validator';

const CENTS_MAX = 99_999_999_999;
const RATE = /^\d{1,3}(\.\d{1,6})?$/;
const REFERENCE = /^[!-~]+$/;
const orNull = (name: string) => ValidateIf((body: Record<string, unknown>) => body[name] !== null);

class ChargePolicyDto {
  @Matches(RATE) fine_percent!: string;
  @Matches(RATE) interest_monthly_percent!: string;
  @IsIn(['DAILY_AMOUNT', 'TOTAL']) interest_rounding!: string;
  @IsIn(['ORIGINAL_IF_UNPAID_NEXT_BUSINESS_DAY', 'ROLLED']) accrual_start!: string;
}

class InstrumentDto {
  @IsIn(['BOLETO', 'PIX_COB', 'PIX_COBV', 'PIX_AUTO', 'CARD', 'DEBIT', 'TRANSFER', 'CASH']) rail!: string;
  @IsOptional() @Length(1, 80) @Matches(REFERENCE) reference?: string;
  @IsOptional() @Length(1, 600) code?: string;
  @IsOptional() @MaxLength(500) @Matches(/^https:\/\//) url?: string;
}

class BalanceDto {
  @Matches(/^[a-z0-9][a-z0-9-]{1,39}$/) creditor_id!: string;
  @Matches(/^[A-Za-z0-9][A-Za-z0-9._:@+-]{0,63}$/) customer_id!: string;
  @IsUUID() receivable_id!: string;
  @IsInt() @Min(1) version!: number;
  @Length(1, 80) @Matches(REFERENCE) invoice_id!: string;
  @Length(1, 80) @Matches(REFERENCE) number!: string;
  @orNull('description') @Length(1, 200) description!: string | null;
  @Matches(/^[A-Z]{3}$/) currency!: string;
  @IsISO8601({ strict: true }) @Length(10, 10) issue_date!: string;
  @IsISO8601({ strict: true }) @Length(10, 10) original_due_date!: string;
  @IsISO8601({ strict: true }) @Length(10, 10) effective_due_date!: string;
  @IsInt() @Min(0) @Max(CENTS_MAX) amount_cents!: number;
  @IsInt() @Min(0) @Max(CENTS_MAX) paid_cents!: number;
  @IsInt() @Min(0) @Max(CENTS_MAX) waived_cents!: number;
  @IsInt() @Min(0) @Max(CENTS_MAX) open_cents!: number;
  @IsIn(['open', 'settled', 'cancelled']) status!: string;
  @IsIn(['owed', 'settled', 'pending', 'unmatched', 'held', 'disputed', 'promised', 'agreed']) collectability!: string;
  @orNull('review_date') @IsISO8601({ strict: true }) @Length(10, 10) review_date!: string | null;
  @orNull('charge_policy') @IsObject() @ValidateNested() @Type(() => ChargePolicyDto) charge_policy!: ChargePolicyDto | null;
  @IsArray() @ValidateNested({ each: true }) @Type(() => InstrumentDto) instruments!: InstrumentDto[];
  @orNull('settled_on') @IsISO8601({ strict: true }) @Length(10, 10) settled_on!: string | null;
}

class EventDto {
  @Equals('1.0') specversion!: string;
  @IsString() @MinLength(1) @MaxLength(200) id!: string;
  @IsString() @MinLength(1) @MaxLength(200) source!: string;
  @IsString() @MinLength(1) @MaxLength(200) type!: string;
  @IsObject() @ValidateNested() @Type(() => BalanceDto) data!: BalanceDto;
}

/** Whether a body is read and found valid. */
export const accepts = (body: string): boolean => validateSync(plainToInstance(EventDto, JSON.parse(body) as object)).length === 0;
