// The texts of mails and documents by language. A further language is one more file beside en.ts.
import type { Language } from '@holdfast/contract'
import { de } from './de.ts'
import { en } from './en.ts'
import type { Texts } from './words.ts'

export const textsOf: Readonly<Record<Language, Texts>> = { en, de }
