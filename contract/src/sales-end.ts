// When a show is sold no more. Imports nothing, so that a page can read it without loading the
// schema library.

export interface SoldUntil {
  readonly startsAt: string
  /** When the show ends, if its organiser says so. */
  readonly endsAt?: string | null
}

/** Sales end with the show where its end is known, and else at its start. */
export function salesEndAt({ startsAt, endsAt }: SoldUntil): string {
  return endsAt ?? startsAt
}
