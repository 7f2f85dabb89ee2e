import { Column, Entity, PrimaryColumn } from 'typeorm';

@Entity()
export class Customer {
  @PrimaryColumn('text') creditor_id!: string;
  @PrimaryColumn('text') customer_id!: string;
  @Column('text', { nullable: true }) name?: string;
  @Column('text', { nullable: true }) document?: string;
  @Column('text', { nullable: true }) email?: string;
  @Column('text', { nullable: true }) phone?: string;
  @Column('text', { nullable: true }) state?: string;
}

/** Against repetition, as an idempotent consumer keeps it. */
@Entity()
export class ProcessedEvent {
  @PrimaryColumn('text') id!: string;
}

@Entity()
export class Invoice {
  @PrimaryColumn('text') creditor_id!: string;
  @PrimaryColumn('text') invoice_id!: string;
  @Column('text') customer_id!: string;
  @Column('text', { nullable: true }) number?: string;
  @Column('text', { nullable: true }) description?: string;
  @Column('date') issue_date!: string;
  @Column('date') due_date!: string;
  @Column('text') currency!: string;
  @Column('int') amount_cents!: number;
  @Column('jsonb') instruments!: unknown;
}
