import { Forbidden } from '@emdia/messaging';

/** A request that the rules turn down; `status` is the HTTP status of its problem, `details` are added to its body. */
export class Refusal extends Forbidden {
  constructor(
    readonly status: 404 | 409 | 422,
    reason: string,
    readonly title: string,
    message: string,
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(reason, message);
  }
}
