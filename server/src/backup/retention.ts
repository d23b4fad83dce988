// The names of backups that are taken by themselves, and which of them are too old. Pure.

/** Begins the names of one shop's backups: several shops may share a folder. */
export const prefixOf = (installationId: string) => `holdfast-${installationId.slice(0, 8)}-`

const pattern = /^(\d{8}T\d{6}Z)\.backup(\.partial)?$/
const dayMs = 24 * 3_600 * 1_000

export function nameOf(prefix: string, nowMs: number): string {
  const moment = new Date(nowMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')
  return `${prefix}${moment}Z.backup`
}

interface Named {
  readonly name: string
  readonly takenMs: number
  readonly partial: boolean
}

function parse(name: string, prefix: string): Named | null {
  const [, moment, partial] = name.startsWith(prefix) ? (pattern.exec(name.slice(prefix.length)) ?? []) : []
  if (moment === undefined) return null
  const [date, time] = [moment.slice(0, 8), moment.slice(9)]
  const takenMs = Date.parse(
    `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}`,
  )
  return Number.isNaN(takenMs) ? null : { name, takenMs, partial: partial !== undefined }
}

/**
 * Of the files of a folder, those that may go: our own, older than so many days, but never the newest
 * whole one; and what a backup that was cut short left a day ago. Nobody else's.
 */
export function tooOld(
  names: readonly string[],
  { prefix, nowMs, keepDays }: { readonly prefix: string; readonly nowMs: number; readonly keepDays: number },
): string[] {
  const ours = names.flatMap((name) => parse(name, prefix) ?? [])
  const newest = Math.max(...ours.filter(({ partial }) => !partial).map(({ takenMs }) => takenMs))
  return ours
    .filter(({ takenMs, partial }) =>
      partial ? takenMs < nowMs - dayMs : takenMs < newest && takenMs < nowMs - keepDays * dayMs,
    )
    .map(({ name }) => name)
}
