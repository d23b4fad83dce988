// How words are found in titles, venues and names, whatever the script and the keyboard. Pure; the
// same for what is stored and asked.

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

/** Apostrophes, and the letters that stand for one in Hawaiian, Arabic and other languages. */
const apostrophes = /['’‘‛`´′\u02b9-\u02bf\u02c8\u02ca\u02cb\ua78b\ua78c]/g
/** How people write a letter that their keyboard lacks. */
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
/** The way back: "mueller" is "muller", which is also what is asked for by "Müller". */
const shorten = (folded: string) =>
  folded.replace(/([aou])e|aa/g, (pair, vowel?: string) => vowel ?? pair[0] ?? '')

/**
 * What is stored of a text to be found: its words; the same with their signs; with letters such as ü
 * written out ("mueller"); and with pairs such as "ue" taken for one letter ("muller").
 */
export function searchTextOf(text: string): string {
  const folded = fold(text)
  const words = spaced(folded)
  return [...new Set([words, folded.trim(), spaced(fold(writeOut(text))), shorten(words)])].join(' ')
}

/** The words that are asked for, each to be found somewhere. Signs part words, but for a word of nothing else. */
export function searchWordsOf(query: string): readonly string[] {
  return fold(query)
    .split(/\s+/u)
    .flatMap((word) => (spaced(word) === '' ? [word] : spaced(word).split(' ')))
    .filter((word) => word !== '')
}
