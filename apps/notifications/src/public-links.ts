import { Injectable } from '@nestjs/common';
import { Config } from '@emdia/runtime';
import { causeToken, type Asked } from './causes/cause-link';
import type { Addressee } from './contact/addressee';
import { optOutToken } from './opt-out/opt-out';

/**
 * The pages that a letter links to. `EMDIA_PUBLIC_URL` is the house as debtors reach it; without it, outside
 * production, the house as this machine reaches it.
 */
@Injectable()
export class PublicLinks {
  private readonly installationKey: string;
  private readonly publicUrl: string | undefined;

  constructor(config: Config) {
    this.installationKey = config.installationKey;
    const here = config.production || config.port === 0 ? undefined : `http://127.0.0.1:${config.port}`;
    this.publicUrl = (config.env('EMDIA_PUBLIC_URL') ?? here)?.replace(/\/+$/, '');
  }

  /** Whether debtors can reach the house at all. */
  get areOpen(): boolean {
    return this.publicUrl !== undefined;
  }

  /** Where a person stops the letters. */
  stop({ creditor_id, contact_point_key }: Addressee): string | undefined {
    if (!this.publicUrl || contact_point_key === null) return undefined;
    return `${this.publicUrl}/v1/opt-outs/${optOutToken({ creditor_id, channel: 'email', contact_point_key }, this.installationKey)}`;
  }

  /** Where a person answers why debts are unpaid. */
  cause(asked: Asked): string | undefined {
    return this.publicUrl && `${this.publicUrl}/v1/causes/${causeToken(asked, this.installationKey)}`;
  }
}
