// A device at the door needs no account: an owner makes it, and its code pairs it, once.
import type { CurrentDevice } from '@holdfast/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useTranslations } from 'use-intl'
import { call } from '../api/client.ts'
import { Field, Notice, useFailureText } from '../parts/basics.tsx'

export function Pairing() {
  const t = useTranslations('door')
  const client = useQueryClient()
  const failureText = useFailureText()
  const [code, setCode] = useState('')
  const pairing = useMutation({
    mutationFn: () =>
      call<NonNullable<CurrentDevice['device']>>('/api/devices/pair', { method: 'POST', body: { code } }),
    onSuccess: async () => {
      // This browser is the door from now on: nothing that was read before may be shown.
      await client.resetQueries()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (code.trim() !== '') pairing.mutate()
  }
  return (
    <form onSubmit={submit} className="panel mx-auto mt-6 grid max-w-narrow gap-4 p-5 sm:p-6">
      <h2 className="text-title">{t('pairTitle')}</h2>
      <Field
        label={t('pairCode')}
        hint={t('pairHint')}
        input={{
          value: code,
          maxLength: 40,
          autoComplete: 'off',
          autoCapitalize: 'characters',
          onChange: (event) => setCode(event.target.value),
        }}
      />
      {pairing.isError && <Notice tone="bad" title={failureText(pairing.error)} />}
      <button
        type="submit"
        className="button button-main justify-self-start"
        disabled={pairing.isPending || code.trim() === ''}
      >
        {t('pair')}
      </button>
    </form>
  )
}
