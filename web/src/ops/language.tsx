// The texts of the operator's page, beside those that every page has. Loaded here only: buyers
// never carry them.
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { IntlProvider, useMessages } from 'use-intl'
import { readersTimeZone, useLanguage } from '../i18n.tsx'
import type opsEn from './messages/en.json'

const loaders = import.meta.glob<typeof opsEn>('./messages/*.json', { import: 'default' })

export function OpsLanguage({
  fallback,
  children,
}: {
  readonly fallback: ReactNode
  readonly children: ReactNode
}) {
  const { language, locale } = useLanguage()
  const messages = useMessages()
  const { data: ops } = useQuery({
    queryKey: ['ops-messages', language],
    queryFn: async () => {
      const load = loaders[`./messages/${language}.json`] ?? loaders['./messages/en.json']
      if (!load) throw new Error(`no operator's messages for ${language}`)
      return load()
    },
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (!ops) return fallback
  return (
    <IntlProvider locale={locale} messages={{ ...messages, ops }} timeZone={readersTimeZone}>
      {children}
    </IntlProvider>
  )
}
