import { Body, Controller, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn, IsString, IsUUID, Length, MaxLength } from 'class-validator';
import { WallClock } from '@emdia/clock';
import { Partitions } from '@emdia/messaging';
import { Answers, Internal, IsCivilDate, IsCreditorId, IsCustomerId, IsListOf, MayLack } from '@emdia/runtime';
import { GateFacts } from './facts';
import { standing, type Standing, type PartitionOf, verdict, type Verdict } from './gate';
import { StandingsView, VerdictsView } from './views';

const BATCH_MAX = 500;

class AskBody {
  @ApiProperty({ minLength: 1, maxLength: 120, description: 'Comes back with the verdict' })
  @IsString()
  @Length(1, 120)
  ask_id!: string;

  @ApiProperty({ enum: ['collection', 'agreement'] })
  @IsIn(['collection', 'agreement'])
  purpose!: 'collection' | 'agreement';

  @IsCreditorId()
  creditor_id!: string;

  @IsCustomerId()
  customer_id!: string;

  @ApiProperty({ format: 'uuid' })
  @IsUUID('all')
  receivable_id!: string;

  @IsCivilDate({ optional: true })
  due_date?: string;

  @MayLack({ maxLength: 20 })
  @IsString()
  @MaxLength(20)
  step?: string;

  @MayLack({ format: 'uuid', description: 'For purpose agreement' })
  @IsUUID('all')
  instalment_id?: string;

  @IsCivilDate()
  contact_day!: string;
}

class GateBody {
  @IsListOf(AskBody, { maxItems: BATCH_MAX })
  asks!: AskBody[];
}

class CustomerBody {
  @IsCreditorId()
  creditor_id!: string;

  @IsCustomerId()
  customer_id!: string;

  @IsCivilDate()
  contact_day!: string;
}

class StandingOf {
  @IsCreditorId()
  creditor_id!: string;

  @ApiProperty({ format: 'uuid' })
  @IsUUID('all')
  receivable_id!: string;
}

class StandingBody {
  @IsListOf(StandingOf, { maxItems: BATCH_MAX })
  receivables!: StandingOf[];

  @IsCivilDate()
  covered_for!: string;
}

/** The debt-truth gate: asked by the services before they ask anybody for money. */
@ApiTags('the debt-truth gate')
@Controller('internal/v1')
export class GateController {
  private readonly partitionOf: PartitionOf;

  constructor(
    private readonly facts: GateFacts,
    private readonly wall: WallClock,
    partitions: Partitions,
  ) {
    this.partitionOf = (service, key) => partitions.of(`${service}.events.v1`, key);
  }

  @Post('gate')
  @Internal()
  @Answers(VerdictsView, 'One verdict per ask')
  @ApiOperation({ summary: 'May these receivables be asked for on these days, and for how much?' })
  async ask(@Body() { asks }: GateBody): Promise<{ as_of_epoch_ms: number; verdicts: Verdict[] }> {
    // Read before the facts: the verdict is true as of a moment that has been, never of one to come.
    const as_of_epoch_ms = this.wall.epochMs();
    const facts = await this.facts.read(asks.map(({ receivable_id }) => receivable_id), asks.flatMap(({ instalment_id }) => instalment_id ?? []));
    return { as_of_epoch_ms, verdicts: asks.map((ask) => verdict(ask, facts, this.partitionOf, as_of_epoch_ms)) };
  }

  @Post('gate/customer')
  @Internal()
  @Answers(VerdictsView, 'One verdict per open receivable, its id as `ask_id`, that due first leading; none where nothing is open')
  @ApiOperation({ summary: 'What may this customer be asked for on this day, and how much?' })
  async askOfCustomer(@Body() { creditor_id, customer_id, contact_day }: CustomerBody): Promise<{ as_of_epoch_ms: number; verdicts: Verdict[] }> {
    const as_of_epoch_ms = this.wall.epochMs();
    const facts = await this.facts.ofCustomer(creditor_id, customer_id);
    const asks = [...facts.receivables.keys()].map((receivable_id) => ({ ask_id: receivable_id, purpose: 'collection' as const, creditor_id, customer_id, receivable_id, contact_day }));
    return { as_of_epoch_ms, verdicts: asks.map((ask) => verdict(ask, facts, this.partitionOf, as_of_epoch_ms)) };
  }

  @Post('standing')
  @Internal()
  @Answers(StandingsView, 'In the order asked')
  @ApiOperation({ summary: 'How receivables stand, in one consistent look' })
  async stand(@Body() { receivables, covered_for }: StandingBody): Promise<{ receivables: Standing[] }> {
    const facts = await this.facts.read(receivables.map(({ receivable_id }) => receivable_id), []);
    return { receivables: receivables.map((each) => standing(each, covered_for, facts, this.partitionOf)) };
  }
}
