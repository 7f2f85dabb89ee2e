import { Injectable } from '@nestjs/common';
import { Config } from '@emdia/runtime';

/** Whose contacts count together: those of one creditor (default), or of the whole installation (`EMDIA_BUDGET_SCOPE`). */
@Injectable()
export class Scope {
  private readonly whole: boolean;

  constructor(config: Config) {
    this.whole = config.env('EMDIA_BUDGET_SCOPE') === 'installation';
  }

  of(creditor_id: string): string {
    return this.whole ? 'installation' : creditor_id;
  }
}
