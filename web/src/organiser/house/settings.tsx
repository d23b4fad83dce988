// What the organisation says of itself.
import type { OrganisationChange, OrganisationView } from '@holdfast/contract'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useForm } from 'react-hook-form'
import { useTranslations } from 'use-intl'
import { call } from '../../api/client.ts'
import { Field, Notice, useFailureText } from '../../parts/basics.tsx'
import { Section } from './parts.tsx'
import { housePath, housesQuery } from './queries.ts'

const fields = ['name', 'address', 'vatId', 'replyTo', 'slug', 'colour', 'imprintUrl', 'privacyUrl'] as const
type Name = (typeof fields)[number]

const types: Partial<Record<Name, string>> = { replyTo: 'email', imprintUrl: 'url', privacyUrl: 'url' }
const hinted: readonly Name[] = ['address', 'replyTo', 'slug', 'colour']

export function Settings({ house }: { readonly house: OrganisationView }) {
  const t = useTranslations('house')
  const client = useQueryClient()
  const failureText = useFailureText()
  const values = Object.fromEntries(fields.map((name) => [name, house[name] ?? '']))
  const { register, handleSubmit } = useForm<Record<Name, string>>({
    defaultValues: values as Record<Name, string>,
  })
  const saving = useMutation({
    mutationFn: (body: OrganisationChange) =>
      call<OrganisationView>(housePath(house.id), { method: 'PATCH', body }),
    onSuccess: () => client.invalidateQueries({ queryKey: housesQuery.queryKey }),
  })
  const save = ({ name, ...texts }: Record<Name, string>) => {
    const rest = Object.entries(texts).map(([key, text]) => [key, text.trim() || null])
    saving.mutate({ name: name.trim(), ...Object.fromEntries(rest) })
  }
  return (
    <Section title={t('settings')} text={t('settingsText')}>
      <form className="grid gap-4" onSubmit={(event) => void handleSubmit(save)(event)}>
        {fields.map((name) => (
          <Field
            key={name}
            label={t(`fields.${name}`)}
            hint={hinted.includes(name) ? t(`hints.${name as 'slug'}`) : undefined}
            input={{
              type: types[name] ?? 'text',
              required: name === 'name',
              ...(name === 'colour' ? { pattern: '#[0-9a-f]{6}' } : {}),
              ...(name === 'slug' ? { pattern: '[a-z0-9]+(-[a-z0-9]+)*', minLength: 3 } : {}),
              ...register(name),
            }}
          />
        ))}
        {saving.isError && <Notice tone="bad" title={failureText(saving.error)} />}
        {saving.isSuccess && <Notice tone="good" title={t('saved')} />}
        <button type="submit" className="button button-main justify-self-start" disabled={saving.isPending}>
          {t('save')}
        </button>
      </form>
    </Section>
  )
}
