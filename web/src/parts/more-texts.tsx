// Texts of one part of the pages, beside those that every page has. Loaded with that part only:
// buyers never carry what organisers and operators read.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { ComponentType, ReactNode } from 'react'
import { IntlProvider, useMessages } from 'use-intl'
import { readersTimeZone, useLanguage } from '../i18n.tsx'
import { Loading, Skeleton } from './basics.tsx'

/** By file name, as the bundler lists them: one for each language. */
type Loaders = Readonly<Record<string, () => Promise<Texts>>>
type Texts = Readonly<Record<string, object>>

/** Puts the texts of a part around each of its pages. */
export const withTexts =
  (part: string, loaders: Loaders) =>
  (Page: ComponentType): ComponentType =>
    function PageWithTexts() {
      return (
        <MoreTexts part={part} loaders={loaders}>
          <Page />
        </MoreTexts>
      )
    }

/** Both, also where a part adds to texts that every page has. */
function joined(messages: Texts, more: Texts): Texts {
  const both = Object.entries(more).map(([name, texts]) => [name, { ...messages[name], ...texts }])
  return { ...messages, ...Object.fromEntries(both) }
}

interface MoreTextsProps {
  readonly part: string
  readonly loaders: Loaders
  readonly children: ReactNode
}

function MoreTexts({ part, loaders, children }: MoreTextsProps) {
  const { language, locale } = useLanguage()
  const messages = useMessages()
  const { data: more } = useQuery({
    queryKey: ['texts', part, language],
    queryFn: async () => {
      const load = loaders[`./${language}.json`] ?? loaders['./en.json']
      if (!load) throw new Error(`no texts of ${part} for ${language}`)
      return load()
    },
    staleTime: Number.POSITIVE_INFINITY,
    // Whoever changes the language keeps what they have typed.
    placeholderData: keepPreviousData,
  })
  if (!more) {
    return (
      <Loading>
        <Skeleton className="mt-8 h-10 w-64" />
        <Skeleton className="mt-6 h-64 rounded-lg" />
      </Loading>
    )
  }
  return (
    <IntlProvider locale={locale} messages={joined(messages, more)} timeZone={readersTimeZone}>
      {children}
    </IntlProvider>
  )
}
