import { KeywardError } from '@keyward/contracts';

/** Keeps one principal from taking all the watches there can be. */
export class PrincipalQuota {
  private readonly taken = new Map<string, number>();

  constructor(private readonly limit: number) {}

  /** @throws KeywardError RATE_LIMITED when the principal has all it may have. */
  take(subject: string): void {
    const taken = this.taken.get(subject) ?? 0;
    if (taken >= this.limit) {
      const detail = `You have ${this.limit} watches open, which is the limit: close some, or share one among the projects.`;
      throw new KeywardError('RATE_LIMITED', detail, { retryAfterSeconds: 5 });
    }
    this.taken.set(subject, taken + 1);
  }

  giveBack(subject: string): void {
    const left = (this.taken.get(subject) ?? 0) - 1;
    if (left > 0) this.taken.set(subject, left);
    else this.taken.delete(subject);
  }
}
