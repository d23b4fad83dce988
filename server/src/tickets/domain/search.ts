// How words are found in titles and venues, whatever the script and the keyboard. Pure; the same
// for what is stored and asked.

/** Letters that no decomposition takes apart. */
const plainLetters: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ŋ: 'n',
  ŧ: 't',
  ς: 'σ',
}

/** Also the modifier letters that Hawaiian, Arabic and others write for a stop. */
const apostrophes = /['’‘‛`´′\u02b9-\u02bf\u02c8\u02ca\u02cb\ua78b\ua78c]/g
/** As people write letters that their keyboard has not. */
const writtenOut: Readonly<Record<string, string>> = { ä: 'ae', ö: 'oe', ü: 'ue', å: 'aa', ø: 'oe' }

/** Without case, accents, widths and what cannot be seen: "Łódź" is "lodz", "Ärzte" is "arzte", "ＡＢＣ" is "abc". */
function fold(text: string): string {
  const bare = text
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\p{M}\p{Default_Ignorable_Code_Point}]/gu, '')
    .toLowerCase()
  return bare.replace(/[^ -~]/g, (letter) => plainLetters[letter] ?? letter).replace(apostrophes, '')
}

/** What only parts words. Other signs are a part of them: "100%", "C++", "under_score". */
const partings = /[\s\p{Z}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}"/,.:;!?…·•¡¿|]+/gu
const spaced = (folded: string) => folded.replace(partings, ' ').trim()
const writeOut = (text: string) =>
  text
    .normalize('NFC')
    .toLowerCase()
    .replace(/[äöüåø]/g, (letter) => writtenOut[letter] ?? letter)
/** "mueller" as one finds it who asks for Müller. */
const drawIn = (folded: string) =>
  folded.replace(/([aou])e|aa/g, (pair, vowel?: string) => vowel ?? pair[0] ?? '')

/**
 * What is stored of a show: its words, also as they stand between signs, with letters such as ü
 * written out ("mueller"), and with what may be written out drawn in ("muller").
 */
export function searchTextOf({
  title,
  venue,
}: {
  readonly title: string
  readonly venue: string | null
}): string {
  const text = `${title} ${venue ?? ''}`
  const folded = fold(text)
  const words = spaced(folded)
  return [...new Set([words, folded.trim(), spaced(fold(writeOut(text))), drawIn(words)])].join(' ')
}

/** The words that are asked for, each to be found somewhere. Signs part words, but for a word of nothing else. */
export function searchWordsOf(query: string): readonly string[] {
  return fold(query)
    .split(/\s+/u)
    .flatMap((word) => (spaced(word) === '' ? [word] : spaced(word).split(' ')))
    .filter((word) => word !== '')
}
