// The languages that the shop writes and speaks, and which of them a browser asks for.

export const languages = ['en', 'de'] as const
export type Language = (typeof languages)[number]

export const isLanguage = (text: unknown): text is Language => languages.some((each) => each === text)

/** The first language of ours in an `Accept-Language`, by its weights; English without one. */
export function preferredLanguage(header: string | undefined): Language {
  const asked = (header ?? '').split(',').map((part, index) => {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
    const weight = parameters.map((each) => /^\s*q=([\d.]+)\s*$/.exec(each)?.[1]).find(Boolean)
    return { language: tag.split('-')[0], weight: weight === undefined ? 1 : Number(weight), index }
  })
  const ours = asked
    .filter(({ language, weight }) => isLanguage(language) && weight > 0)
    .toSorted((one, other) => other.weight - one.weight || one.index - other.index)
  const [first] = ours
  return isLanguage(first?.language) ? first.language : 'en'
}
