// What the browser says of its reader, taken with care: some say nothing, and some say what Intl
// throws at.

type Tags = readonly (string | undefined)[] | undefined

/**
 * `en_US`, `de-DE.UTF-8` and `en-US@posix` as Intl writes them; null for what names no language
 * that it knows.
 */
export function usableTag(tag: string | undefined): string | null {
  const plain = (tag ?? '').split(/[.@]/, 1).join('').replaceAll('_', '-').trim()
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(plain)[0] ?? null
  } catch {
    return null
  }
}

/** The reader's tags that Intl takes, in the reader's order. */
export function usableTags(tags: Tags): readonly string[] {
  return (tags ?? []).map(usableTag).filter((tag) => tag !== null)
}

const languageOf = (tag: string) => tag.split('-', 1).join('').toLowerCase()

/** The first of the reader's languages that we speak, else English. */
export function languageFor(tags: Tags, spoken: readonly string[]): string {
  return (
    usableTags(tags)
      .map(languageOf)
      .find((language) => spoken.includes(language)) ?? 'en'
  )
}

/** The full tag for dates and numbers: the reader's own region where it belongs to the language. */
export function localeFor(tags: Tags, language: string): string {
  return (
    usableTags(tags).find((tag) => languageOf(tag) === language) ?? (language === 'en' ? 'en-GB' : language)
  )
}

/**
 * A zone of which Intl can tell the time. `Etc/Unknown` is what a browser says that could not find
 * out.
 */
export function isUsableZone(zone: string | undefined): zone is string {
  if (!zone || zone === 'Etc/Unknown') return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format(0) !== ''
  } catch {
    return false
  }
}

/**
 * A zone of a show may be newer than this browser; UTC is then honest where a crash would be
 * useless.
 */
export const usableZone = (zone: string | undefined): string => (isUsableZone(zone) ? zone : 'UTC')

/** Null when the browser does not know it. */
export function zoneOf(resolved: { readonly timeZone?: string | undefined }): string | null {
  return isUsableZone(resolved.timeZone) ? resolved.timeZone : null
}

/** Every zone that the browser can list; older ones list none. */
export function knownZones(): readonly string[] {
  const { supportedValuesOf } = Intl as { supportedValuesOf?: (key: 'timeZone') => string[] }
  return supportedValuesOf?.('timeZone') ?? []
}
