// The reader's language: found, remembered, changed. A further language is one more file in
// messages/.
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react'
import { IntlProvider } from 'use-intl'
import type en from './messages/en.json'
import type opsEn from './ops/messages/en.json'
import type organiserEn from './organiser/messages/en.json'
import type buyersEn from './pages/messages/en.json'
import { languageFor, localeFor, usableZone, zoneOf } from './reader.ts'
import { recall, remember } from './remembered.ts'

declare module 'use-intl' {
  interface AppConfig {
    Locale: string
    /** Those of single parts are loaded with their pages only. */
    Messages: typeof en & typeof buyersEn & typeof organiserEn & typeof opsEn
  }
}

type Messages = typeof en

const loaders = import.meta.glob<Messages>('./messages/*.json', { import: 'default' })
const fileOf = (language: string) => `./messages/${language}.json`

export const languages: readonly string[] = Object.keys(loaders).map((file) =>
  file.slice('./messages/'.length, -'.json'.length),
)

const storageKey = 'holdfast-language'

/**
 * What the reader chose before, else the first of the browser's languages that we speak, else
 * English.
 */
const preferredLanguage = () => languageFor([recall(storageKey) ?? '', ...readersTags()], languages)

function readersTags(): readonly string[] {
  const { language, languages: tags } = navigator as { language?: string; languages?: readonly string[] }
  return [...(tags ?? []), language ?? '']
}

async function loadMessages(language: string): Promise<Messages> {
  const load = loaders[fileOf(language)]
  if (!load) throw new Error(`no messages for ${language}`)
  return load()
}

export interface LoadedLanguage {
  readonly language: string
  readonly messages: Messages
}

export async function loadPreferredLanguage(): Promise<LoadedLanguage> {
  const language = preferredLanguage()
  return { language, messages: await loadMessages(language) }
}

interface LanguageChoice {
  readonly language: string
  /** For Intl: the language with the reader's region. */
  readonly locale: string
  choose(language: string): void
}

const LanguageContext = createContext<LanguageChoice | null>(null)

export function useLanguage(): LanguageChoice {
  const choice = use(LanguageContext)
  if (!choice) throw new Error('useLanguage outside of LanguageProvider')
  return choice
}

export function LanguageProvider({
  initial,
  children,
}: {
  readonly initial: LoadedLanguage
  readonly children: ReactNode
}) {
  const [loaded, setLoaded] = useState(initial)
  const { language, messages } = loaded
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const choice = useMemo<LanguageChoice>(
    () => ({
      language,
      locale: localeFor(readersTags(), language),
      choose(next) {
        remember(storageKey, next)
        void loadMessages(next).then((nextMessages) => setLoaded({ language: next, messages: nextMessages }))
      },
    }),
    [language],
  )
  return (
    <LanguageContext value={choice}>
      <IntlProvider locale={choice.locale} messages={messages} timeZone={readersTimeZone}>
        {children}
      </IntlProvider>
    </LanguageContext>
  )
}

/** Null where the browser does not know it. */
export const readersOwnZone = zoneOf(Intl.DateTimeFormat().resolvedOptions())
export const readersTimeZone = usableZone(readersOwnZone ?? undefined)
